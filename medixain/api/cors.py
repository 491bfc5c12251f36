"""The vault's scripts may call the API from their own origin; nobody else's may (https://fetch.spec.whatwg.org).

Share links are the exception: whoever holds one reads it with a program of its own choice.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

GetResponse = Callable[[HttpRequest], HttpResponseBase]

PREFIX = "/api/v1/"
OPEN_PREFIXES = ("/api/v1/share-links/open/", "/api/v1/share-links/files/")
METHODS = "GET, HEAD, POST, PUT, DELETE"


class VaultOriginMiddleware:
    """Answers preflight requests and marks the API's answers for exactly one origin, without cookies.

    ``Access-Control-Allow-Credentials`` is never sent: a session is a token that the vault holds, and a browser does
    not add what it keeps for the platform.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a preflight here, before anything counts it or looks for a session; pass the rest on."""
        if not request.path.startswith(PREFIX):
            return self.get_response(request)
        open_to_all = request.path.startswith(OPEN_PREFIXES)
        origin = "*" if open_to_all else settings.VAULT_URL
        allowed = open_to_all or (bool(origin) and request.headers.get("Origin") == origin)
        if allowed and request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
            response: HttpResponseBase = HttpResponse(status=204)
            response.headers["Access-Control-Allow-Methods"] = METHODS
            response.headers["Access-Control-Allow-Headers"] = ", ".join(settings.API_ALLOWED_HEADERS)
            response.headers["Access-Control-Max-Age"] = str(settings.API_PREFLIGHT_SECONDS)
        else:
            response = self.get_response(request)
        patch_vary_headers(response, ["Origin"])  # type: ignore[arg-type]
        if allowed:
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Expose-Headers"] = ", ".join(settings.API_EXPOSED_HEADERS)
        return response
