"""A refund that the merchant offers of its own; the customer accepts or declines it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from disputes.models.case import Case
from disputes.models.message import Message


class Offer(models.Model):
    """What the offer was made with is its message. One waits at most of each case."""

    class Answer(models.TextChoices):
        WAITING = "waiting", _("等客户答复")
        ACCEPTED = "accepted", _("客户接受")
        DECLINED = "declined", _("客户没有接受")
        REPLACED = "replaced", _("商户换了一个")
        LAPSED = "lapsed", _("案件去了别处，作废")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="offers")
    message = models.OneToOneField(Message, on_delete=models.PROTECT)
    amount_minor = models.BigIntegerField(help_text="fen")
    answer = models.CharField(max_length=10, choices=Answer, default=Answer.WAITING)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="offer_is_positive"),
            models.CheckConstraint(
                condition=Q(answer="waiting", answered_at__isnull=True)
                | (~Q(answer="waiting") & Q(answered_at__isnull=False)),
                name="an_answered_offer_has_its_time",
            ),
            models.UniqueConstraint(
                fields=["case"], condition=Q(answer="waiting"), name="one_offer_waits"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.amount_minor} {self.answer}"
