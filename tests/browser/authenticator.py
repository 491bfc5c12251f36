"""Chromium's virtual authenticator (DevTools protocol, domain WebAuthn): a fingerprint reader that tests hold."""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import CDPSession, Page


@dataclass
class Authenticator:
    """A platform's own authenticator, as of a telephone or laptop; it says yes to every ceremony until told not to."""

    session: CDPSession
    number: str

    @classmethod
    def of(cls, page: Page, *, prf: bool = True) -> "Authenticator":
        """Put one into a page's device; ``prf``: whether its passkeys evaluate a PRF, which opening a vault takes."""
        session = page.context.new_cdp_session(page)
        session.send("WebAuthn.enable")
        options: dict[str, Any] = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
            "hasPrf": prf,
        }
        return cls(session, session.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"])

    def recognise(self, person: bool) -> None:
        """Whether it recognises who touches it; after one refusal, Chromium's answers nobody any more."""
        self.session.send("WebAuthn.setUserVerified", {"authenticatorId": self.number, "isUserVerified": person})

    def remove(self) -> None:
        """Take it out of the device, and its passkeys with it."""
        self.session.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": self.number})
