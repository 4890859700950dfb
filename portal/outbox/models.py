"""What must happen after the commit, at least once.

A row is written in the transaction of the change. A task delivers it; a sweeper finds what a
killed task, a broker or a mail server left behind. `effect_key` makes writing it twice harmless
and travels with it (Message-ID, Idempotency-Key), so that a receiver can tell a repeat.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

# In a payload: what goes with a mail (a reference, not the thing), and that the address is not
# kept once the mail is out or has failed for good; of a short message, that somebody waits for it.
ATTACHED, FORGET, URGENT = "attached", "forget", "urgent"


class Entry(models.Model):
    class Kind(models.TextChoices):
        MAIL = "mail", _("邮件")
        SMS = "sms", _("短信")
        NEWS = "news", _("内部通知")

    class State(models.TextChoices):
        PENDING = "pending", _("待发")
        DONE = "done", _("已发")
        DEAD = "dead", _("发送失败")

    effect_key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=8, choices=Kind)
    topic = models.CharField(max_length=48)
    recipient = models.CharField(max_length=254, blank=True)
    payload = models.JSONField(default=dict)
    language = models.CharField(max_length=10, default="zh-hans")
    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("发件")
        verbose_name_plural = _("发件箱")
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(state="pending"),
                name="outbox_pending_by_due",
            ),
            # Few: what the page of a case asks for without reading what was sent.
            models.Index(
                fields=["effect_key"],
                condition=Q(state="dead"),
                name="outbox_given_up",
            ),
        ]

    def __str__(self) -> str:
        return self.effect_key
