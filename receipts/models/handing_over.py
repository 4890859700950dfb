"""Ways in which a slip leaves the house: by mail, over the counter, a day at once."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Organisation
from portal.gate.models import Link
from receipts.models.payment import Payment


class SlipMail(models.Model):
    """That a slip was asked for by mail; of the address only a keyed hash, for the limits."""

    request_key = models.UUIDField(unique=True, help_text="of the form: two clicks are one mail")
    payment = models.ForeignKey(Payment, on_delete=models.CASCADE, related_name="+")
    address_hash = models.CharField(max_length=64)
    asked_at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [
            models.Index(fields=["payment", "asked_at"]),
            models.Index(fields=["address_hash", "asked_at"]),
        ]

    def __str__(self) -> str:
        return str(self.request_key)


class CounterCode(models.Model):
    """A QR on the shop's screen that hands over one payment's slip, once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    payment = models.ForeignKey(Payment, on_delete=models.CASCADE, related_name="counter_codes")
    link = models.OneToOneField(Link, on_delete=models.CASCADE, related_name="+")
    shown_by = models.CharField(max_length=64, help_text="the actor's pseudonym")
    shown_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return str(self.id)


class DayArchive(models.Model):
    """A merchant's slips of one day as a ZIP: the work of making it, then the file."""

    class State(models.TextChoices):
        WAITING = "waiting", _("在准备")
        READY = "ready", _("可以下载")
        ENDED = "ended", _("已过期")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    found = models.PositiveIntegerField(help_text="payments of the day")
    total = models.PositiveIntegerField(help_text="of these, how many it holds")
    done = models.PositiveIntegerField(default=0, help_text="slips there are so far")
    failures = models.PositiveSmallIntegerField(default=0)
    fingerprint = models.CharField(max_length=64, help_text="of the payments and their states")
    file = models.FileField(max_length=120, blank=True)
    size = models.PositiveBigIntegerField(default=0, help_text="bytes")
    sha256 = models.CharField(max_length=64, blank=True)
    requested_by = models.CharField(max_length=64, help_text="the actor's pseudonym")
    requested_at = models.DateTimeField()
    holder = models.CharField(max_length=32, blank=True, help_text="empty: nobody works on it now")
    due_at = models.DateTimeField(help_text="when the worker goes on, or when the file ends")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "day"],
                condition=~Q(state="ended"),
                name="one_archive_of_a_day",
            )
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=~Q(state="ended"), name="archive_by_due")
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.day}"
