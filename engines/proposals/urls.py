"""Addresses of the optimiser's pages, under the operators' site."""

from django.urls import path

from engines.proposals import views

app_name = "proposals"
urlpatterns = [
    path("", views.runs, name="runs"),
    path("runs/<uuid:run_id>/", views.run, name="run"),
    path("runs/<uuid:run_id>/plots/<slug:name>.svg", views.plot, name="plot"),
    path("runs/<uuid:run_id>/certificate.json", views.certificate, name="certificate"),
    path("runs/<uuid:run_id>/propose/", views.propose, name="propose"),
    path("proposals/<uuid:proposal_id>/", views.proposal, name="proposal"),
]
