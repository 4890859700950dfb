from django.urls import path

from portal.site.audit import views

app_name = "auditor"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("events/", views.events, name="events"),
    path("story/", views.story, name="story"),
    path("people/", views.people, name="people"),
    path("people/reader/", views.one_reader, name="reader"),
    path("gaps/", views.gap_report, name="gaps"),
]
