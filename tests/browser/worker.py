"""The vault's true Worker, called from a page of its origin just as the vault's own documents call it.

For what is measured, repeated or attacked many times; what people do is done with buttons (``people.py``).
"""

import base64
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from playwright.sync_api import BrowserContext, Page

from tests.browser.fixtures import Profile
from tests.browser.people import PASSWORD, PATIENCE_MS, vault_address
from tests.demo.harness import Person, Platform

BARE = "/config.json"
START = """
(script) => {
  globalThis.scripts ??= trustedTypes.createPolicy('medixain-worker', { createScriptURL: (address) => address });
  const worker = new Worker(scripts.createScriptURL(script));
  const waiting = new Map();
  worker.addEventListener('message', ({ data }) => {
    if (data.kind !== 'result' && data.kind !== 'error') return;
    waiting.get(data.id)(data);
    waiting.delete(data.id);
  });
  worker.addEventListener('error', (event) => {
    for (const settle of waiting.values()) settle({ error: { code: 'worker-failed', message: event.message } });
  });
  let next = 1;
  globalThis.vaultWorker = {
    // What a call gave stays in the page: files are looked at there, and only small answers are fetched.
    call: (method, args) => new Promise((settle) => {
      const id = next++;
      waiting.set(id, settle);
      worker.postMessage({ kind: 'call', id, method, args });
    }),
    end: () => worker.terminate(),
  };
}
"""
CALL = """
async ([method, args]) => {
  const { result, error } = await vaultWorker.call(method, args);
  if (error !== undefined) return { error: { code: error.code, message: error.message } };
  return { result: result === undefined ? null : JSON.parse(JSON.stringify(result)) };
}
"""
ADD = """
async ([content, name, where, wait]) => {
  const bytes = Uint8Array.from(atob(content), (sign) => sign.charCodeAt(0));
  const { result, error } = await vaultWorker.call('recordAdd', [new File([bytes], name), where, wait]);
  return error === undefined ? { result } : { error: { code: error.code, message: error.message } };
}
"""
GET = """
async (record) => {
  const { result, error } = await vaultWorker.call('recordGet', [record]);
  if (error !== undefined) return { error: { code: error.code, message: error.message } };
  const address = URL.createObjectURL(result.file);
  const read = await new Promise((settle) => {
    const reader = new FileReader();
    reader.onload = () => settle(reader.result);
    reader.readAsDataURL(result.file);
  });
  URL.revokeObjectURL(address);
  return { result: { name: result.name, type: result.type, content: read.slice(read.indexOf(',') + 1) } };
}
"""


@dataclass(frozen=True)
class Refusal(Exception):
    """A call that was refused: the typed error's code, and its words."""

    code: str
    message: str


@dataclass(frozen=True)
class VaultWorker:
    """A Worker of the vault in ``page``, on a document of the vault's origin that has none of its own."""

    page: Page

    @classmethod
    def of(cls, page: Page, script: str = "/worker-top.js") -> "VaultWorker":
        """Start one; ``page`` stands on the vault's origin."""
        # The policy lets a document make what starts Workers once, and the vault's own pages have made it.
        bare = urljoin(page.url, BARE)
        if page.url != bare:
            page.goto(bare)
        page.evaluate(START, script)
        return cls(page)

    def call(self, method: str, *arguments: Any) -> Any:
        """Call a method; raises :class:`Refusal`."""
        return _result(self.page.evaluate(CALL, [method, list(arguments)]))

    def add(self, content: bytes, name: str, wait: str = "received", **where: str) -> dict[str, Any]:
        """Add a file as a record; raises :class:`Refusal`."""
        added = self.page.evaluate(ADD, [base64.b64encode(content).decode(), name, where, wait])
        found: dict[str, Any] = _result(added)
        return found

    def get(self, record: str) -> tuple[str, bytes]:
        """Name and content of a record; raises :class:`Refusal`."""
        found = _result(self.page.evaluate(GET, record))
        return str(found["name"]), base64.b64decode(found["content"])

    def restore(self, phrase: str, password: str) -> None:
        """Bring a wallet back on this device; raises :class:`Refusal`."""
        self.call("walletRestore", phrase, {"kind": "password", "password": password}, "password")


def _result(answer: dict[str, Any]) -> Any:
    if "error" in answer:
        raise Refusal(answer["error"]["code"], answer["error"]["message"])
    return answer["result"]


def browser_of(person: Person, profile: Profile, platform: Platform) -> BrowserContext:
    """A browser that a person's wallet was brought back into."""
    context = profile(accept_downloads=True)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(vault_address(platform) + "/frame.html#/timeline")
    VaultWorker.of(page).restore(person.facts["phrase"], PASSWORD)
    page.close()
    return context
