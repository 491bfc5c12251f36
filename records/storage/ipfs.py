"""A private kubo node over its RPC (https://docs.ipfs.tech/reference/kubo/rpc/), as the production store.

Every address is computed here too while the bytes pass, so a node that stores something else, or under another address,
is found out at once.
"""

import json
from collections.abc import Iterator
from typing import Any, Final

import httpx

from records.container import cid_to_text
from records.container.content_address import LEAF_SIZE, TREE_WIDTH, TreeBuilder
from records.storage.base import DEFAULT_MAX_SIZE, Deletion, RecordStore, Stat
from records.storage.errors import BlockDamaged, ContentMismatch, ContentMissing, StoreError, StoreUnavailable

ADD_OPTIONS: Final = {
    "cid-version": "1",
    "raw-leaves": "true",
    "chunker": f"size-{LEAF_SIZE}",
    "max-file-links": str(TREE_WIDTH),
    "quieter": "true",
}
"""What fixes the CID; kubo's own defaults differ and may change."""


class IpfsStore(RecordStore):
    """Stores content on the kubo node whose RPC answers at ``url``, which must not be open to the network.

    ``timeout`` in seconds bounds each wait for the node, not a whole transfer; ``transport`` replaces the network.
    """

    COPIES_BEYOND_CONTROL = ("other nodes of the private swarm that fetched it", "backups of the node's disk")

    def __init__(
        self,
        *,
        url: str,
        timeout: float = 30.0,
        max_size: int = DEFAULT_MAX_SIZE,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        super().__init__(max_size=max_size)
        # trust_env off: ciphertext must not take a detour through whatever proxy the environment names.
        self._client = httpx.Client(
            base_url=url.rstrip("/") + "/api/v0/", timeout=timeout, trust_env=False, transport=transport
        )

    def close(self) -> None:
        """Close the connections to the node."""
        self._client.close()

    def _put(self, leaves: Iterator[bytes], pin: bool) -> str:
        upload = _HashingFile(leaves)
        answer = self._post("add", {**ADD_OPTIONS, "pin": _flag(pin)}, upload=upload)
        expected, actual = cid_to_text(upload.cid()), str(answer["Hash"])
        if actual != expected:
            if pin:
                self._rpc("pin/rm", {"arg": actual})
            raise ContentMismatch(expected, actual)
        return actual

    def _get(self, cid: str, start: int, end: int) -> Iterator[bytes]:
        """Read whole leaves through kubo, which checks each block against its CID when it reads it from disk."""
        params = {"arg": cid, "offset": str(start), "length": str(end - start), "offline": "true"}
        received = 0
        try:
            with self._client.stream("POST", "cat", params=params) as response:
                if response.status_code != httpx.codes.OK:
                    raise ContentMissing(cid)
                for piece in response.iter_bytes(LEAF_SIZE):
                    received += len(piece)
                    yield piece
        except httpx.HTTPError as error:
            raise StoreUnavailable("The IPFS node stopped answering; try again when it is back.") from error
        if received != end - start:
            raise BlockDamaged(cid)

    def _has(self, cid: str) -> bool:
        try:
            self._stat(cid)
        except ContentMissing:
            return False
        return True

    def _stat(self, cid: str) -> Stat:
        blocks = self._tree(cid)
        size = self._rpc("files/stat", {"arg": f"/ipfs/{cid}", "offline": "true"})
        if size is None:
            raise ContentMissing(cid)
        return Stat(cid, int(size["Size"]), len(blocks), self._is_pinned(cid))

    def _pin(self, cid: str) -> None:
        self._tree(cid)
        if self._rpc("pin/add", {"arg": cid, "offline": "true"}) is None:
            raise ContentMissing(cid)

    def _unpin(self, cid: str) -> None:
        # None means that it was not pinned, which is what is wanted.
        self._rpc("pin/rm", {"arg": cid})

    def _gc(self) -> int:
        return len(self._lines(self._request("repo/gc", {"stream-errors": "true"})))

    def _delete(self, cid: str) -> Deletion:
        """Unpin, then remove each block by name; kubo refuses a block that another pin needs."""
        self._unpin(cid)
        try:
            blocks = self._tree(cid)
        except ContentMissing:
            return Deletion(cid, 0, 0, self.COPIES_BEYOND_CONTROL)
        removed = 0
        for block in blocks:
            lines = self._lines(self._request("block/rm", {"arg": block}))
            removed += not any(line.get("Error") for line in lines)
        return Deletion(cid, removed, len(blocks) - removed, self.COPIES_BEYOND_CONTROL)

    def _tree(self, cid: str) -> set[str]:
        """The CIDs of all blocks of ``cid``, all held here; raises :class:`ContentMissing`."""
        blocks = {cid}
        response = self._request("refs", {"arg": cid, "recursive": "true", "unique": "true", "offline": "true"})
        lines = self._lines(response)
        if not response.is_success or any(line.get("Err") for line in lines):
            raise ContentMissing(cid)
        blocks.update(str(line["Ref"]) for line in lines)
        for block in blocks:
            # refs does not touch leaves, so each is asked for.
            if self._rpc("block/stat", {"arg": block, "offline": "true"}) is None:
                raise ContentMissing(cid)
        return blocks

    def _is_pinned(self, cid: str) -> bool:
        return self._rpc("pin/ls", {"arg": cid, "type": "recursive"}) is not None

    def _rpc(self, command: str, params: dict[str, str]) -> Any:
        """The answer of ``command``, or None when kubo refuses it (it answers 500 to everything it cannot do)."""
        response = self._request(command, params)
        return response.json() if response.is_success else None

    def _post(self, command: str, params: dict[str, str], *, upload: "_HashingFile") -> Any:
        response = self._request(command, params, files={"file": ("content", upload)})
        lines = self._lines(response)
        if not response.is_success or not lines:
            raise StoreError(f"The IPFS node refused to store the content: {response.text[:200]}")
        return lines[-1]

    def _request(self, command: str, params: dict[str, str], files: Any = None) -> httpx.Response:
        try:
            return self._client.post(command, params=params, files=files)
        except httpx.HTTPError as error:
            raise StoreUnavailable(f"The IPFS node does not answer ({command}); try again when it is back.") from error

    @staticmethod
    def _lines(response: httpx.Response) -> list[dict[str, Any]]:
        return [json.loads(line) for line in response.text.splitlines() if line.startswith("{")]


class _HashingFile:
    """Leaves as the file object httpx uploads from, addressed on the way."""

    def __init__(self, leaves: Iterator[bytes]) -> None:
        self._leaves = leaves
        self._tree = TreeBuilder()
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        if not self._rest:
            self._rest = next(self._leaves, b"")
            if self._rest:
                self._tree.add_leaf(self._rest)
        size = len(self._rest) if size < 0 else size
        data, self._rest = self._rest[:size], self._rest[size:]
        return data

    def cid(self) -> bytes:
        return self._tree.finish()


def _flag(value: bool) -> str:
    return "true" if value else "false"
