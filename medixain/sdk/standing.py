"""Whether this wallet is a professional's: only then is anything asked for in the wallet's own name."""

from keymgmt.keys.signing import SigningKey
from keymgmt.node.errors import UnknownProfessional
from medixain.sdk.context import Context
from medixain.sdk.slots import agreed


def is_professional(context: Context) -> bool:
    """Whether this wallet has applied to be a professional's, or was one when it came back.

    A patient's wallet id is nobody's business but the people's it was given to (docs/spec/api.md).
    """
    return context.table("wallet").get("professional") is True


def recognise_professional(context: Context) -> None:
    """Find out whether a wallet that came back is a professional's: the register is public, a key of chance asks."""
    signer = context.node_signer(SigningKey.random())
    try:
        agreed(lambda: context.nodes.professional(context.keys.wallet_id, signer=signer))
    except UnknownProfessional:
        return
    mark_professional(context)


def mark_professional(context: Context) -> None:
    """Remember that this wallet is, or asks to be, a professional's."""
    with context.changing("wallet") as wallet:
        wallet["professional"] = True
