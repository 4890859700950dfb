"""A new password, from the page for it or from a reset link. Other sessions end with the old."""

from django.db import transaction

from portal import audit
from portal.accounts import letters
from portal.accounts.actor import Actor
from portal.accounts.models import User


def change_password(user: User, password: str, *, actor: Actor) -> None:
    """`password` has passed the validators."""
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password"])
        event = audit.record(f"account:{user.public_id}", "password.changed", actor=actor)
        letters.tell(user, f"audit:{event.pk}:mail", "password", letters.password_changed)
