"""Under /.well-known/audit/: anybody may ask, nobody signs in."""

from django.urls import path

from portal.audit import public

app_name = "audit"
urlpatterns = [
    path("checkpoint", public.checkpoint, name="checkpoint"),
    path("checkpoint/<int:size>", public.checkpoint_of, name="checkpoint_of"),
    path("checkpoints", public.checkpoints, name="checkpoints"),
    path("keys", public.public_keys, name="keys"),
    path("consistency/<int:first>/<int:second>", public.consistency, name="consistency"),
    path("inclusion/<int:number>/<int:size>", public.inclusion, name="inclusion"),
    path("witness.py", public.witness, name="witness"),
]
