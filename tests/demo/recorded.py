"""``python -m tests.demo.recorded FILE ARGUMENTS``: the command line, whose talk with the platform is written to FILE.

Each line is one exchange as JSON, for ``tests/demo/conftest.py``. Bytes that are streamed are not kept. Everything else
is the real program.
"""

import base64
import json
import sys
from pathlib import Path
from typing import Any

import httpx

from medixain.cli.main import main
from medixain.sdk.transport import PREFIX

STREAMED = b"streamed"
"""Stands for an upload's bytes, of which the document says no more than their type."""


def record(file: Path) -> None:
    """Write every exchange with a platform to ``file`` from now on."""
    send = httpx.HTTPTransport.handle_request

    def recorded(self: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        sent = request.content if isinstance(request.stream, httpx.ByteStream) else STREAMED
        response = send(self, request)
        if request.url.path.startswith(f"{PREFIX}/"):
            if "json" in response.headers.get("content-type", ""):
                response = _held(response, request)
            with file.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps(_line(request, sent, response)) + "\n")
        return response

    httpx.HTTPTransport.handle_request = recorded  # type: ignore[method-assign]


def _held(response: httpx.Response, request: httpx.Request) -> httpx.Response:
    """The same answer with its body in memory, so that two can read it."""
    raw = b"".join(response.stream)  # type: ignore[arg-type]
    response.close()
    return httpx.Response(
        response.status_code, headers=response.headers, content=raw, request=request, extensions=response.extensions
    )


def _line(request: httpx.Request, sent: bytes, response: httpx.Response) -> dict[str, Any]:
    held = isinstance(response.stream, httpx.ByteStream)
    return {
        "method": request.method,
        "path": request.url.path,
        "query": request.url.query.decode(),
        "sent_type": request.headers.get("content-type", ""),
        "sent": base64.b64encode(sent).decode(),
        "status": response.status_code,
        "answer_type": response.headers.get("content-type", ""),
        "answer": base64.b64encode(response.content).decode() if held else None,
        "headers": dict(request.headers),
    }


if __name__ == "__main__":
    record(Path(sys.argv[1]))
    sys.argv = ["medixain", *sys.argv[2:]]
    main()
