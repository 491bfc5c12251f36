"""The headers of the vault's origin as one table (docs/spec/vault.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

FRAME: Final = "frame.html"
"""The one page that the platform may frame; it displays and never signs."""

DENIED_FEATURES: Final = (
    "accelerometer", "autoplay", "browsing-topics", "camera",
    "clipboard-read", "display-capture", "encrypted-media", "fullscreen", "gamepad", "geolocation", "gyroscope", "hid",
    "identity-credentials-get", "idle-detection", "keyboard-map", "local-fonts", "magnetometer", "microphone", "midi",
    "otp-credentials", "payment", "picture-in-picture", "screen-wake-lock", "serial", "storage-access", "usb",
    "window-management", "xr-spatial-tracking",
)  # fmt: skip
ALLOWED_FEATURES: Final = ("clipboard-write", "publickey-credentials-create", "publickey-credentials-get")

TRUSTED_TYPES: Final = ("lit-html", "medixain-worker", "vault-service-worker")
"""The policies that make what a document runs or parses: templates, its Worker's address, its service worker's. A
script that got in can make no other, and none of these twice."""

FIXED: Final[Mapping[str, str]] = {
    "Cache-Control": "no-cache",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-site",
    "Permissions-Policy": ", ".join(
        [f"{name}=()" for name in DENIED_FEATURES] + [f"{name}=(self)" for name in ALLOWED_FEATURES]
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class HeaderTable:
    """Headers of every path. ``platform`` is the portals' origin, ``asked`` are the others that scripts connect to."""

    platform: str
    asked: Sequence[str] = ()

    def of(self, path: str) -> dict[str, str]:
        """The headers of one file of the bundle (also of an answer without one, and of worker scripts)."""
        headers = {**FIXED, "Content-Security-Policy": self.policy(path)}
        if self.platform.startswith("https://"):
            headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
        return headers

    def policy(self, path: str) -> str:
        """The content security policy of one file."""
        connect = " ".join(dict.fromkeys(["'self'", self.platform, *self.asked]))
        directives = {
            "default-src": "'none'",
            "script-src": "'self' 'wasm-unsafe-eval'",
            "style-src": "'self'",
            "img-src": "'self' blob: data:",
            "font-src": "'self'",
            "connect-src": connect,
            "worker-src": "'self'",
            "manifest-src": "'self'",
            "object-src": "'none'",
            "frame-src": "blob:",
            "base-uri": "'none'",
            "form-action": "'none'",
            "frame-ancestors": self.platform if path == FRAME else "'none'",
            "require-trusted-types-for": "'script'",
            "trusted-types": " ".join(TRUSTED_TYPES),
        }
        return "; ".join(f"{name} {value}" for name, value in directives.items())
