"""Files that brought payments, and the rows of them that could not go in."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class ImportFile(models.Model):
    class State(models.TextChoices):
        RUNNING = "running", _("读取中")
        DONE = "done", _("已完成")
        FAILED = "failed", _("未能读取")

    name = models.CharField(max_length=200)
    format = models.CharField(max_length=60)
    sha256 = models.CharField(max_length=64)
    format_sha256 = models.CharField(max_length=64, blank=True, help_text="of the mapping file")
    encoding = models.CharField(max_length=12, blank=True)
    size = models.PositiveBigIntegerField(help_text="bytes")
    state = models.CharField(max_length=8, choices=State, default=State.RUNNING)
    # Grows with each chunk in the chunk's own transaction: it is also where to go on after a kill.
    read = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    put_aside = models.PositiveIntegerField(default=0)
    # [{name, money, said, ours}]: said by the file, ours as read in it; fen where money.
    totals = models.JSONField(default=list, blank=True)
    disagrees = models.BooleanField(default=False, help_text="its own totals are not what it holds")
    error = models.CharField(max_length=40, blank=True, help_text="code of why it failed")
    started_by = models.CharField(max_length=64, help_text="the actor's pseudonym")
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("导入文件")
        verbose_name_plural = _("导入文件")
        constraints = [
            models.UniqueConstraint(
                fields=["sha256", "format_sha256"],
                condition=~Q(state="failed"),
                name="the_same_bytes_once",
            ),
            models.CheckConstraint(
                condition=Q(read=F("created") + F("updated") + F("unchanged") + F("put_aside")),
                name="no_row_lost_or_counted_twice",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PutAside(models.Model):
    """A row that could not go in: where it stood, which column, why. `row` holds what may be
    kept of it: never a card number beyond its tail, a holder's name or an identity number.
    """

    class State(models.TextChoices):
        OPEN = "open", _("待处理")
        WAITING = "waiting", _("等原交易")
        SOLVED = "solved", _("已处理")

    import_file = models.ForeignKey(
        ImportFile, on_delete=models.PROTECT, related_name="rows_put_aside"
    )
    line = models.PositiveIntegerField()
    column = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=40)
    detail = models.CharField(max_length=200, blank=True)
    row = models.JSONField(default=dict)
    waits_for = models.CharField(
        max_length=120,
        blank=True,
        help_text="identity of the original that has not come yet",
    )
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    created_at = models.DateTimeField(auto_now_add=True)
    solved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("搁置的行")
        verbose_name_plural = _("搁置的行")
        constraints = [
            models.UniqueConstraint(fields=["import_file", "line"], name="a_line_is_put_aside_once")
        ]
        indexes = [
            models.Index(
                fields=["waits_for"],
                condition=Q(state="waiting"),
                name="put_aside_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.import_file_id}:{self.line} {self.reason}"


class WaitingKey(models.Model):
    """One name under which the original that a reversal waits for may come."""

    row = models.ForeignKey(PutAside, on_delete=models.CASCADE, related_name="waiting_keys")
    key = models.CharField(max_length=120, db_index=True)

    class Meta:
        verbose_name = _("等待的交易")
        verbose_name_plural = _("等待的交易")

    def __str__(self) -> str:
        return self.key
