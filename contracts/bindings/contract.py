"""What every contract's binding has: its domain, its messages' calldata, its views at a block."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from contracts.bindings.artefacts import Artefact, load_artefact
from contracts.bindings.caller import BlockId, Caller
from contracts.bindings.errors import ContractMissing, ContractReverted, UnknownMessage
from contracts.bindings.messages import Cancellation
from medixain.core import eip712
from medixain.core.addresses import Address, to_address
from medixain.core.eip712 import Domain, TypedStruct


@dataclass(frozen=True, slots=True)
class MessageFunction:
    """The function that takes a message; ``signatures`` is their exact number, None for a list of one or more."""

    name: str
    signatures: int | None = 1


MessageTable = Mapping[type[TypedStruct], MessageFunction]

VOTED = None
"""As ``signatures`` of a :class:`MessageFunction`: any number, in ascending order of the signers' addresses."""


class Contract:
    """One contract at an address. Subclasses name their messages and add typed views."""

    NAME: ClassVar[str]
    MESSAGES: ClassVar[MessageTable]

    def __init__(self, caller: Caller, address: str, chain_id: int) -> None:
        self._caller = caller
        self.address = to_address(address)
        self.domain = Domain(self.NAME, "1", chain_id, self.address)
        self.artefact: Artefact = load_artefact(self.NAME)

    def sign(self, message: TypedStruct, secret_key: bytes) -> bytes:
        """Sign a message for this contract; raises :class:`UnknownMessage` for one it does not take."""
        self.message_function(type(message))
        return eip712.sign(self.domain, message, secret_key)

    def digest(self, message: TypedStruct) -> bytes:
        """Return the 32 bytes a signer signs; raises :class:`UnknownMessage`."""
        self.message_function(type(message))
        return eip712.digest(self.domain, message)

    def recover(self, message: TypedStruct, signature: bytes) -> Address:
        """Return who signed ``message``; raises a :class:`~medixain.core.secp256k1.SignatureError`."""
        return eip712.recover(self.domain, message, signature)

    def sort_signatures(self, message: TypedStruct, signatures: Sequence[bytes]) -> list[bytes]:
        """Return signatures of several signers in the order the contract wants: ascending by signer's address."""
        return sorted(signatures, key=lambda signature: int(self.recover(message, signature), 16))

    @classmethod
    def message_function(cls, message: type[TypedStruct]) -> MessageFunction:
        """Return the function that takes messages of a type; raises :class:`UnknownMessage`."""
        found = _CANCEL if message is Cancellation and cls.MESSAGES else cls.MESSAGES.get(message)
        if found is None:
            raise UnknownMessage(f"{cls.NAME} takes no {message.__name__}.")
        return found

    def build_call(self, message: TypedStruct, signatures: Sequence[bytes]) -> bytes:
        """Return the calldata that delivers ``message``.

        Several signers' signatures are sorted here. ``Registration`` takes holder's, then institution's. A
        ``Recovery`` needs its guardians too: ``WalletRegistry.build_recovery_call``. Raises :class:`UnknownMessage`.
        """
        function = self.message_function(type(message))
        if function.signatures is None:
            return self._call_data(function.name, message, self.sort_signatures(message, signatures))
        if len(signatures) != function.signatures:
            raise UnknownMessage(
                f"{self.NAME}.{function.name} takes {function.signatures} signature(s), not {len(signatures)}."
            )
        return self._call_data(function.name, message, *signatures)

    def nonce_used(self, signer: str, nonce: int, *, at: BlockId = "latest") -> bool:
        """Whether ``signer`` has used or cancelled ``nonce``."""
        return bool(self._view("nonceUsed", signer, nonce, at=at))

    def linked_contract(self, link: str, *, at: BlockId = "latest") -> str:
        """The address of the contract this one was deployed to ask; ``link`` is ``institutions`` or ``wallets``."""
        return str(self._view(link, at=at))

    def _call_data(self, function: str, *arguments: Any) -> bytes:
        return self.artefact.functions[function].call_data(*arguments)

    def _view(self, function: str, *arguments: Any, at: BlockId) -> Any:
        """Call a view in the state after block ``at`` and decode what it returns.

        Raises :class:`ContractReverted`, or :class:`ContractMissing` where there is no code at the address.
        """
        returned = self._caller.call(self.address, self._call_data(function, *arguments), at)
        if not returned:
            raise ContractMissing(self.NAME, self.address)
        return self.artefact.functions[function].result(returned)

    def _view_or_none(self, unknown: str, function: str, *arguments: Any, at: BlockId) -> Any:
        """As :meth:`_view`, with None in place of a revert by the custom error ``unknown``."""
        try:
            return self._view(function, *arguments, at=at)
        except ContractReverted as error:
            if error.name != unknown:
                raise
            return None


_CANCEL = MessageFunction("cancel")
