"""Routes of records under /api/v1/."""

from django.urls import path

from records.anchors import apis

urlpatterns = [
    path("uploads", apis.UploadsApi.as_view()),
    path("records", apis.RecordsApi.as_view()),
    path("records/<str:record_id>", apis.RecordApi.as_view()),
    path("records/<str:record_id>/content", apis.ContentApi.as_view()),
    path("records/<str:record_id>/envelope", apis.EnvelopeApi.as_view()),
]
