"""A view of the queue that somebody keeps: what it is narrowed to, under a name of their own."""

from typing import NamedTuple

from django.db import models

from portal.accounts.models import User
from portal.compiled import Compiled, Later


class SavedViewQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """One's own."""
        return self.filter(user=actor.user) if actor and actor.user else self.none()


class SavedView(models.Model):
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="saved_views")
    name = models.CharField(max_length=20)
    query = models.CharField(max_length=300, help_text="of the queue's address")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "name"], name="saved_view_once_by_name")
        ]

    def __str__(self) -> str:
        return self.name


class Saved(NamedTuple):
    """A saved view as the queue lists it."""

    pk: int
    name: str
    query: str


_of_user = Compiled(
    lambda: (
        SavedView.objects.filter(user=Later("user", models.BigAutoField()))
        .order_by("pk")
        .values_list("pk", "name", "query")
    )
)


def saved_views(actor) -> list[Saved]:
    """What `visible_to` gives, for every page of the queue."""
    return [Saved(*row) for row in _of_user.all(user=actor.user.pk)] if actor.user else []
