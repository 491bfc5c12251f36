"""Routes of share links under /api/v1/."""

from django.urls import path

from wallets.sharelinks import apis, reader_apis

urlpatterns = [
    path("share-links", apis.ShareLinksApi.as_view()),
    path("share-links/<uuid:link_id>", apis.ShareLinkApi.as_view()),
    path("share-links/open/<str:secret>", reader_apis.OpenLinkApi.as_view()),
    path("share-links/files/<str:secret>", reader_apis.FileApi.as_view()),
]
