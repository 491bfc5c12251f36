"""The HTTP interface: Django REST framework and its OpenAPI 3.1 schema."""

from typing import Any

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["wallets.identity.authentication.DeviceSessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["medixain.api.permissions.HasSession"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["medixain.api.parsers.ShallowJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "medixain.api.schema.ApiSchema",
    "DEFAULT_THROTTLE_CLASSES": ["medixain.api.throttling.CallerThrottle"],
    # The scope is the view's ``throttle_scope``. An unknown caller is counted by its network address, which a whole
    # practice may share. Signing in takes two requests and is proven by a signature, so there is nothing to guess that
    # a low rate would protect; the state of a transaction is what everybody who waits for the chain asks for.
    "DEFAULT_THROTTLE_RATES": {
        "default": "1200/min",
        "sign-in": "1200/min",
        "open-write": "600/min",
        "upload": "600/min",
        "transaction-state": "6000/min",
        "anonymous": "600/min",
    },
    # A network address is the connection's own: a header can be forged, unless a proxy is known to write it.
    "NUM_PROXIES": 0,
    "EXCEPTION_HANDLER": "medixain.api.problems.exception_handler",
    "UNAUTHENTICATED_USER": None,
    "UNAUTHENTICATED_TOKEN": None,
}

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "medixain platform",
    "DESCRIPTION": "What clients, nodes and institutions exchange with the platform; ciphertext and routing only.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SCHEMA_PATH_PREFIX_TRIM": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
}

UPLOAD_MAX_BYTES = 2 * 1024**3 + 64 * 1024**2
"""Largest container: 2 GiB of plaintext, its header and a 16-byte tag for each of its chunks, with room to spare."""

UPLOAD_KEEP_SECONDS = 24 * 3600
"""How long an upload that no record names is kept."""

SESSION_SECONDS = 12 * 3600
"""Lifetime of a wallet's session; the device proves itself with each request all the same."""

MESSAGE_MAX_BYTES = 1024 * 1024
INBOX_MAX_MESSAGES = 10_000

PLATFORM_VERSION = "0.1.0"
