"""Rate limits per caller; a view names its scope in ``throttle_scope``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

if TYPE_CHECKING:  # rest_framework.views itself loads this module
    from rest_framework.views import APIView


class CallerThrottle(SimpleRateThrottle):
    """Counts by proven address, and by network address where nobody proved anything."""

    scope = "default"

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Pick the rate of the view's scope; without one, strangers have the ``anonymous`` rate."""
        known = getattr(request.user, "pk", None) is not None
        self.scope = getattr(view, "throttle_scope", None) or ("default" if known else "anonymous")
        self.rate = self.get_rate()
        self.num_requests, self.duration = self.parse_rate(self.rate)
        return super().allow_request(request, view)

    def get_cache_key(self, request: Request, view: APIView) -> str:
        """The key that requests are counted under."""
        caller = getattr(request.user, "pk", None)
        return self.cache_format % {"scope": self.scope, "ident": caller or self.get_ident(request)}
