"""A difference between our book and the files that somebody has looked into and settled."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from disputes.models.case import Case
from portal.accounts.models import User


class SettledDifference(models.Model):
    """What it was when it was settled: as soon as it is another (amount, or why it is one), it
    stands on the money page again, and this row tells of the former. Never changed."""

    key = models.CharField(max_length=60, help_text="reversal:17, or over: and the payment's id")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="settled_differences")
    why = models.CharField(max_length=16, help_text="a key of disputes.differences.WORDS")
    amount_minor = models.BigIntegerField(help_text="fen")
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=300, blank=True)
    settled_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        verbose_name = _("了结的差异")
        verbose_name_plural = _("了结的差异")
        indexes = [models.Index(fields=["key", "-id"], name="settled_by_key")]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0), name="a_difference_is_of_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.amount_minor} {self.why}"
