"""Reading documents."""

from medixain.api.errors import NotFound
from medixain.chainindex.models import TransactionState
from wallets.profile.models import Document


def document_get(*, slot: str, kind: int) -> Document:
    """Return the newest version that was not refused by the contract; raises :class:`NotFound`."""
    documents = Document.objects.filter(slot=slot, kind=kind).exclude(transaction__state=TransactionState.FAILED)
    document = documents.select_related("transaction").order_by("-version").first()
    if document is None:
        raise NotFound("This slot has no document of this kind.")
    return document
