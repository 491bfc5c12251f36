"""JSON-RPC as a node needs it: few requests, each of which may carry many calls, over connections that stay open.

A decision reads some twenty facts of the chain. web3's provider sends each alone, asks for the chain's id before each,
and looks for a netrc file; that was half of a node's time (docs/adr/0054). Here the calls that are known together
travel together (:meth:`RpcCaller.together`).
"""

import threading
from collections.abc import Callable, Sequence
from typing import Any, Final

import httpx

from contracts.bindings import ContractReverted, decode_revert
from contracts.bindings.caller import BlockId
from keymgmt.node.errors import NodeError

MAX_ANSWER: Final = 32 * 1024 * 1024
"""Bytes of an answer; blocks are asked for without their transactions, so nothing comes near."""

_EXECUTION_REVERTED: Final = 3


class RpcFailed(NodeError):
    """The chain's address did not answer a call, or answered nonsense; ``reason`` says which."""

    code = "rpc-failed"
    status = 503

    def __init__(self, reason: str) -> None:
        super().__init__(f"The chain's JSON-RPC address failed ({reason}); see that it runs.")
        self.reason = reason


class RpcRefused(RpcFailed):
    """The chain's address answered one call with an error: its number, its words and its data."""

    code = "rpc-refused"

    def __init__(self, number: int, words: str, data: object) -> None:
        super().__init__(words)
        self.number = number
        self.data = data


Call = tuple[str, list[Any]]
"""A method and its parameters."""


class JsonRpc:
    """One JSON-RPC address. ``timeout`` in seconds; safe for several threads."""

    def __init__(self, url: str, *, timeout: float) -> None:
        self._url = url
        # An address of the operator's own: neither proxies nor credentials of the environment are for it.
        self._http = httpx.Client(timeout=timeout, trust_env=False)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def one(self, method: str, *parameters: Any) -> Any:
        """Return the result of one call; raises :class:`RpcFailed` or :class:`RpcRefused`."""
        (result,) = self.many([(method, list(parameters))])
        if isinstance(result, RpcRefused):
            raise result
        return result

    def many(self, calls: Sequence[Call]) -> list[Any]:
        """Return the results in the order of the calls, with a :class:`RpcRefused` where one was refused.

        The address answers them in that order. Raises :class:`RpcFailed` when it does not answer all of them.
        """
        requests = [
            {"jsonrpc": "2.0", "id": number, "method": method, "params": parameters}
            for number, (method, parameters) in enumerate(calls)
        ]
        answers = self._post(requests if len(requests) > 1 else requests[0])
        rows = answers if isinstance(answers, list) else [answers]
        by_id = {row.get("id"): row for row in rows if isinstance(row, dict)}
        return [_result(by_id.get(number)) for number in range(len(calls))]

    def _post(self, body: Any) -> Any:
        try:
            response = self._http.post(self._url, json=body)
            if len(response.content) > MAX_ANSWER:
                raise RpcFailed("an answer is too long")
            return response.json()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise RpcFailed(type(error).__name__) from error


def _result(row: Any) -> Any:
    if row is None:
        raise RpcFailed("a call has no answer")
    error = row.get("error")
    if error is None:
        return row.get("result")
    if not isinstance(error, dict):
        raise RpcFailed("an error is no object")
    return RpcRefused(int(error.get("code") or 0), str(error.get("message")), error.get("data"))


_Question = tuple[str, bytes, str]
"""Contract, calldata and block hash of one ``eth_call``."""


class _NotFetched(Exception):
    """Not an error: a reading inside :meth:`RpcCaller.together` needs an answer that is not there yet."""


class _Together(threading.local):
    """What this thread collects; None outside of :meth:`RpcCaller.together`."""

    answers: dict[_Question, Any] | None = None
    wanted: dict[_Question, None] | None = None


class RpcCaller:
    """A :class:`~contracts.bindings.Caller` that can fetch what several readings need in one request."""

    def __init__(self, rpc: JsonRpc) -> None:
        self._rpc = rpc
        self._collected = _Together()

    def call(self, to: str, data: bytes, at: BlockId) -> bytes:
        """See :meth:`Caller.call`; also raises :class:`RpcFailed`."""
        if not isinstance(at, bytes):
            raise ValueError("a node reads the chain at block hashes only")
        question = (to, data, "0x" + at.hex())
        answers, wanted = self._collected.answers, self._collected.wanted
        if answers is None or wanted is None:
            return _returned(self._rpc.many([_eth_call(question)])[0])
        if question not in answers:
            wanted[question] = None
            raise _NotFetched
        return _returned(answers[question])

    def together(self, readings: Sequence[Callable[[], Any]]) -> list[Any]:
        """Return what ``readings`` return, fetching what all of them need next in one request.

        A reading is run again from its start whenever an answer it lacked has come, so it must only read. What a
        reading raises is raised here. Inside of another one, the readings join the outer request.
        """
        if self._collected.answers is not None:
            return self._run(readings)
        self._collected.answers, self._collected.wanted = {}, {}
        try:
            while True:
                try:
                    return self._run(readings)
                except _NotFetched:
                    self._fetch()
        finally:
            self._collected.answers = self._collected.wanted = None

    @staticmethod
    def _run(readings: Sequence[Callable[[], Any]]) -> list[Any]:
        results, lacking = [], False
        for reading in readings:
            # Each is tried before the first that lacks something ends this round, so that one round fetches for all.
            try:
                results.append(reading())
            except _NotFetched:
                lacking = True
        if lacking:
            raise _NotFetched
        return results

    def _fetch(self) -> None:
        answers, wanted = self._collected.answers, self._collected.wanted
        if answers is None or wanted is None:
            return
        questions = list(wanted)
        wanted.clear()
        results = self._rpc.many([_eth_call(question) for question in questions])
        answers.update(zip(questions, results, strict=True))


def _eth_call(question: _Question) -> Call:
    to, data, block_hash = question
    # A hash travels as EIP-1898 has it: as bare hex, some chains take it for a number.
    return ("eth_call", [{"to": to, "data": "0x" + data.hex()}, {"blockHash": block_hash}])


def _returned(result: Any) -> bytes:
    if isinstance(result, RpcRefused):
        if result.number == _EXECUTION_REVERTED or result.reason.startswith("execution reverted"):
            data = result.data if isinstance(result.data, str) else ""
            raise ContractReverted(decode_revert(data)) from result
        raise result
    if not isinstance(result, str):
        raise RpcFailed("a call returned no bytes")
    try:
        return bytes.fromhex(result.removeprefix("0x"))
    except ValueError as error:
        raise RpcFailed("a call returned no bytes") from error
