"""More time for the institution's answer: asked for by one person, granted by another."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from disputes.models.case import Case
from portal.accounts.models import User


class Extension(models.Model):
    """`limit` is the whole limit that is asked for, as in `PolicyVersion.limits`. One waits at most
    of each case."""

    class Answer(models.TextChoices):
        WAITING = "waiting", _("等另一位批准")
        APPROVED = "approved", _("已批准")
        REFUSED = "refused", _("没有批准")
        LAPSED = "lapsed", _("案件办结，作废")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="extensions")
    clock = models.CharField(max_length=24)
    limit = models.JSONField()
    reason = models.CharField(max_length=300, help_text="told to the customer once approved")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # Whose account that was: the same person decides from no other (portal.accounts.two_people).
    asker_person = models.CharField(max_length=64)
    asked_at = models.DateTimeField()
    answer = models.CharField(max_length=10, choices=Answer, default=Answer.WAITING)
    answered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_by__isnull=True) | ~Q(answered_by=F("asked_by")),
                name="an_extension_needs_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(answer="approved") | Q(answered_by__isnull=False),
                name="somebody_approved_the_extension",
            ),
            models.UniqueConstraint(
                fields=["case"], condition=Q(answer="waiting"), name="one_extension_waits"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.clock} {self.answer}"
