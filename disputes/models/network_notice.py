"""What came from the card network, by a file or typed into the form, before it is a step."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from disputes.models.network import NetworkStep


class NetworkFile(models.Model):
    """A file of messages. `read` grows row by row: it is also where to go on after a kill."""

    class State(models.TextChoices):
        RUNNING = "running", _("读取中")
        DONE = "done", _("已完成")
        FAILED = "failed", _("未能读取")

    name = models.CharField(max_length=200)
    format = models.CharField(max_length=60)
    sha256 = models.CharField(max_length=64)
    format_sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField(help_text="bytes")
    state = models.CharField(max_length=8, choices=State, default=State.RUNNING)
    error = models.CharField(max_length=40, blank=True)
    read = models.PositiveIntegerField(default=0)
    taken = models.PositiveIntegerField(default=0, help_text="became a step")
    known = models.PositiveIntegerField(default=0, help_text="were there already")
    waiting = models.PositiveIntegerField(default=0, help_text="wait for their payment")
    put_aside = models.PositiveIntegerField(default=0)
    started_by = models.CharField(max_length=64, help_text="the actor's pseudonym")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sha256", "format_sha256"],
                condition=~Q(state="failed"),
                name="the_same_network_file_once",
            ),
            models.CheckConstraint(
                condition=Q(read=F("taken") + F("known") + F("waiting") + F("put_aside")),
                name="no_network_row_lost",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class NetworkNotice(models.Model):
    """A message that did not become a step at once. `row` holds what may be kept of it."""

    class State(models.TextChoices):
        OPEN = "open", _("搁置，等人处理")
        WAITING = "waiting", _("等这笔消费")
        TAKEN = "taken", _("已进入差错处理")
        DROPPED = "dropped", _("不再处理")

    file = models.ForeignKey(
        NetworkFile, on_delete=models.PROTECT, null=True, blank=True, related_name="notices"
    )
    line = models.PositiveIntegerField(default=0)
    column = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=40, blank=True)
    row = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State)
    step = models.OneToOneField(NetworkStep, on_delete=models.PROTECT, null=True, blank=True)
    dropped_why = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["file", "line"],
                condition=Q(file__isnull=False),
                name="a_network_line_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "waiting"], settled_at=None)
                | Q(state__in=["taken", "dropped"], settled_at__isnull=False),
                name="a_settled_notice_has_its_time",
            ),
        ]
        indexes = [models.Index(fields=["state", "id"], name="network_notices_by_state")]

    def __str__(self) -> str:
        return f"{self.file_id}:{self.line} {self.state}"

    @property
    def subject(self) -> str:
        return f"networknotice:{self.pk}"
