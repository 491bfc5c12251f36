"""A person who uses the browser vault: its Worker's methods on a home in memory, in Node, against the real platform."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any, Self

from tests.demo.harness import ROOT

VAULT = ROOT / "keymgmt" / "vault"
NODE = ROOT / ".venv" / "bin" / "node"


class VaultRefused(AssertionError):
    """The vault refused a call; ``code`` says why."""

    def __init__(self, method: str, error: dict[str, str]) -> None:
        super().__init__(f"{method}: {error['code']}: {error['message']}")
        self.code = error["code"]


class VaultPerson:
    """Calls methods by the names of ``src/worker``; close it when done."""

    def __init__(self, platform: str) -> None:
        self.facts: dict[str, Any] = {}
        self._process = subprocess.Popen(
            [str(NODE) if NODE.exists() else "node", "--no-warnings", "test/live/person.ts", platform],
            cwd=VAULT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=dict(os.environ),
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def call(self, method: str, *args: Any) -> Any:
        """Return a method's result; raises :class:`VaultRefused`. Files are given and come as paths."""
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the vault's program has no pipes")
        sent = [{"name": arg.name, "path": str(arg)} if isinstance(arg, Path) else arg for arg in args]
        self._process.stdin.write(json.dumps({"method": method, "args": sent}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the vault's program ended at {method}")
        answer = json.loads(line)
        if "error" in answer:
            raise VaultRefused(method, answer["error"])
        return answer["result"]

    def create(self, password: str = "correct horse battery") -> Self:
        """Make a wallet; its ids and phrase are ``facts``."""
        self.facts = self.call("walletCreate", {"kind": "password", "password": password}, "password")
        return self

    def restore(self, phrase: str, password: str = "battery staple horse") -> Self:
        """Bring a wallet back from its words."""
        self.facts = self.call("walletRestore", phrase, {"kind": "password", "password": password}, "password")
        return self

    def refused(self, code: str, method: str, *args: Any) -> None:
        """Check that a call is refused with ``code``."""
        try:
            result = self.call(method, *args)
        except VaultRefused as refusal:
            if refusal.code != code:
                raise
        else:
            raise AssertionError(f"{method} was answered with {result!r} and not refused with {code}")

    def close(self) -> None:
        """End the program."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
