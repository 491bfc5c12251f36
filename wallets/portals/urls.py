"""Addresses of the pages."""

from django.urls import path, register_converter

from wallets.portals import installable, patient_views, practice_views, views
from wallets.portals.framed import PATIENT_PAGES, PRACTICE_PAGES


class HashConverter:
    """32 bytes as 0x and 64 lower-case hexadecimal digits."""

    regex = "0x[0-9a-f]{64}"

    def to_python(self, value: str) -> str:
        """The text itself."""
        return value

    def to_url(self, value: str) -> str:
        """The text itself."""
        return value


register_converter(HashConverter, "hash")

app_name = "portals"
urlpatterns = [
    path("", views.home, name="home"),
    path("institutions/", views.institutions, name="institutions"),
    path("open/<str:secret>/", views.open_link, name="open-link"),
    path("leave/", views.leave, name="leave"),
    path("app.webmanifest", installable.web_manifest, name="web-manifest"),
    path("sw.js", installable.worker, name="worker"),
    path("offline/", installable.offline, name="offline"),
    path("patient/", patient_views.home, name="patient"),
    path("patient/tasks/", patient_views.tasks, name="patient-tasks"),
    path("patient/records/<hash:record_id>/", patient_views.record, name="patient-record"),
    path("patient/records/<hash:record_id>/state/", patient_views.record_state, name="patient-record-state"),
    *(path(f"patient/{page}/", patient_views.framed, {"page": page}, f"patient-{page}") for page in PATIENT_PAGES),
    path("practice/", practice_views.home, name="practice"),
    path("practice/colleagues/", practice_views.colleagues, name="practice-colleagues"),
    path("practice/measures/", practice_views.measures, name="practice-measures"),
    path("practice/patients/<slug:patient>/", practice_views.patient, name="practice-patient"),
    *(path(f"practice/{page}/", practice_views.framed, {"page": page}, f"practice-{page}") for page in PRACTICE_PAGES),
]
