"""Headers and cookies: nothing inline, nothing framed, nothing from other origins but the vault's frames."""

from typing import Any

from csp.constants import NONE, SELF

from medixain.env import Environment

VAULT_URL = Environment().text("VAULT_URL", "").rstrip("/")
"""Origin of the browser vault: the only one whose scripts may call the API, and the only one that pages frame."""

CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "frame-src": [VAULT_URL or NONE],
        # Locking ends here and goes on in the vault, which forgets its keys.
        "form-action": [SELF, *([VAULT_URL] if VAULT_URL else [])],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "require-trusted-types-for": ["'script'"],
        # static/js/portal.js makes both: the address of the portals' service worker, and parts of pages for htmx.
        "trusted-types": ["portal", "htmx"],
    },
}

ADMIN_CSP_UPDATE: dict[str, list[str]] = {
    # unfold's pages run Alpine.js, which evaluates expressions, and set styles inline. They show no patient's content
    # and stand behind an operator's second factor.
    "script-src": ["'unsafe-eval'", "'unsafe-inline'"],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["data:"],
}

API_ALLOWED_HEADERS = ("Accept", "Authorization", "Content-Type", "Device-Proof", "Grant-Opening", "Range")
"""What the vault's scripts may send (docs/spec/api.md); a cookie is never among it."""

API_EXPOSED_HEADERS = ("Accept-Ranges", "Content-Range", "Retry-After")
"""What the vault's scripts may read besides what every script may."""

API_PREFLIGHT_SECONDS = 7200
"""How long a browser may remember the answer to a preflight request."""

SECURE_CONTENT_TYPE_NOSNIFF = True
# Nothing goes to other origins. With "no-referrer" browsers send "Origin: null" with our own forms, and the check
# against cross-site requests would refuse every one of them.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Strict"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = 8 * 3600
LANGUAGE_COOKIE_SAMESITE = "Strict"
LANGUAGE_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"

PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
