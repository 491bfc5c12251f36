"""What professionals and institutions are called: the platform's words, where they follow from what m nodes attest."""

from keymgmt.node.messages import ProfessionalStatement
from keymgmt.node.naming import institution_name, professional_name
from medixain.sdk.context import Context
from medixain.sdk.transport import Identity


def names_of(
    context: Context, statement: ProfessionalStatement, by: Identity | None = None
) -> tuple[str | None, str | None]:
    """Return the professional's name and its institution's; None for one that nobody signed or admitted."""
    row = context.api.get(f"/professionals/{statement.wallet}", by=by or context.account)
    told = {str(entry["id"]): str(entry["name"]) for entry in context.meta.institutions}
    return professional_name(statement, row), institution_name(statement, told.get(statement.institution))
