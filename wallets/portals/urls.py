"""Addresses of the pages."""

from django.urls import path

from wallets.portals import views

app_name = "portals"
urlpatterns = [
    path("", views.home, name="home"),
    path("institutions/", views.institutions, name="institutions"),
    path("patient/", views.patient, name="patient"),
    path("practice/", views.practice, name="practice"),
    path("open/<str:secret>/", views.open_link, name="open-link"),
    path("leave/", views.leave, name="leave"),
]
