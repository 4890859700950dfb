"""Whose turn it was: what makes the round robin of disputes.assigning fair over restarts."""

from django.db import models
from django.db.models import Q

from portal.accounts.models import User


class Turn(models.Model):
    """One row; locked while a case is given, so that two at once take two turns."""

    last = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="one_turn")]

    def __str__(self) -> str:
        return str(self.last_id)
