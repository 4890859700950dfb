from django.urls import path

from disputes.desk import views

app_name = "desk"
urlpatterns = [
    path("", views.desk, name="queue"),
    path("cases/<str:number>/", views.case, name="case"),
    path("cases/<str:number>/act/", views.act, name="act"),
    path("cases/<str:number>/assign/", views.assign, name="assign"),
    path("cases/<str:number>/contact/", views.unmask, name="unmask"),
    path("cases/<str:number>/trail/", views.trail, name="trail"),
]
