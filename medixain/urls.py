"""Every address of the platform."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.defaults import page_not_found, server_error
from drf_spectacular.views import SpectacularAPIView

from medixain.api import problems

api_v1: list[URLPattern | URLResolver] = [
    path("schema/", SpectacularAPIView.as_view()),
    path("", include("medixain.chainindex.urls")),
    path("", include("records.anchors.urls")),
    path("", include("wallets.identity.urls")),
    path("", include("wallets.profile.urls")),
    path("", include("wallets.activity.urls")),
    path("", include("wallets.access.urls")),
    path("", include("wallets.registry.urls")),
    path("", include("wallets.portals.api_urls")),
    path("", include("wallets.sharelinks.urls")),
    path("", include("engines.proposals.api_urls")),
    re_path(r"^.*$", problems.not_found),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include(api_v1)),
    path("language/", include("django.conf.urls.i18n")),
    path("operator/accounts/", include("allauth.urls")),
    path("operator/optimiser/", include("engines.proposals.urls")),
    path("operator/", admin.site.urls),
    path("", include("wallets.portals.urls")),
]


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404 as a problem under /api/, as a page elsewhere."""
    if request.path.startswith("/api/"):
        return problems.not_found(request)
    return page_not_found(request, exception)


def failed(request: HttpRequest) -> HttpResponse:
    """Answer 500 as a problem under /api/, as a page elsewhere."""
    if request.path.startswith("/api/"):
        return problems.server_error(request)
    return server_error(request)


handler404 = not_found
handler500 = failed
