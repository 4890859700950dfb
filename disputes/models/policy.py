"""The numbers, reasons and texts of the policy; its stages and transitions are code."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User


def first_refund_limits() -> dict:
    from disputes.policy import refund_limits

    return dict(refund_limits.DEFAULTS)


def first_assignment() -> dict:
    from disputes.policy import assignment

    return {"rule": assignment.NOBODY, "named": {}}


class PolicyVersion(models.Model):
    """A case keeps the version under which it began."""

    number = models.PositiveIntegerField(unique=True)
    limits = models.JSONField(
        help_text='clock → {"amount": 24, "unit": "hours" | "calendar_days" | "working_days"}'
    )
    refund_limits = models.JSONField(
        default=first_refund_limits,
        help_text="role → fen that it may let go back without a second person; arrives_in → limit",
    )
    assignment = models.JSONField(
        default=first_assignment,
        help_text='{"rule": "none" | "round_robin" | "by_merchant", "named": {merchant_no: user}}',
    )
    reasons = models.JSONField(
        default=dict,
        db_default={},
        help_text="the lists that differ from those delivered (disputes.policy.reasons)",
    )
    texts = models.JSONField(
        default=dict,
        db_default={},
        help_text="of messages out, where they differ from those delivered (disputes.policy.texts)",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("处理规则")
        verbose_name_plural = _("处理规则")
        ordering = ["number"]

    def __str__(self) -> str:
        return f"v{self.number}"

    def save(self, *args, **kwargs) -> None:
        """Limits that no clock can run by are refused here, before a case begins under them."""
        self.clean()
        super().save(*args, **kwargs)

    def clean(self) -> None:
        from disputes.policy import KINDS, assignment, limits, reasons, refund_limits, texts

        limits.check(self.limits)
        refund_limits.check(self.refund_limits)
        assignment.check(self.assignment)
        reasons.check(self.reasons, KINDS)
        texts.check(self.texts)
