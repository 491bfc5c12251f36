"""Route of page links under /api/v1/."""

from django.urls import path

from wallets.portals import apis

urlpatterns = [path("page-links", apis.PageLinksApi.as_view())]
