"""Files that brought payments, and the rows of them that could not go in."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class MappingFile(models.Model):
    """A mapping file of the institution's own, as it was when a file was read with it: what was put
    aside then stays readable in its own notation, wherever the mapping has gone since.
    """

    sha256 = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=60)
    text = models.TextField()
    kept_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("格式文件")
        verbose_name_plural = _("格式文件")

    def __str__(self) -> str:
        return self.name


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

    The file's own counts tell what its load did and stay; what became of the row since is here.
    """

    class State(models.TextChoices):
        OPEN = "open", _("待处理")
        WAITING = "waiting", _("等原交易")
        SOLVED = "solved", _("已处理")
        DROPPED = "dropped", _("不再处理")

    class Solved(models.TextChoices):
        """How a solved row went in."""

        CREATED = "created", _("新增了一笔交易")
        UPDATED = "updated", _("补充了已有的交易")
        UNCHANGED = "unchanged", _("与已有的交易相同")
        MATCHED = "matched", _("原交易来了，已自动对上")
        SUPERSEDED = "superseded", _("同一文件按新的格式重新读过")

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
    solved_as = models.CharField(max_length=12, choices=Solved, blank=True)
    read_as = models.CharField(
        max_length=60, blank=True, help_text="format of `row`, where it is not the file's"
    )
    tries = models.PositiveIntegerField(default=0, help_text="grows with each deed of a person")
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
            ),
            # What is still to be done, by reason; the rest of a list narrows by file or by id.
            models.Index(fields=["state", "reason", "id"], name="put_aside_by_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.import_file_id}:{self.line} {self.reason}"


class RowTry(models.Model):
    """What a person did about a row that was put aside: corrected, tried again, or dropped it."""

    row = models.ForeignKey(PutAside, on_delete=models.CASCADE, related_name="tried")
    number = models.PositiveIntegerField(help_text="1 for the first deed about this row")
    by = models.CharField(max_length=64, help_text="the actor's pseudonym")
    at = models.DateTimeField()
    changes = models.JSONField(default=dict, help_text="field → [before, after], as kept")
    result = models.CharField(max_length=40, help_text="dropped, how it was solved, or a reason")
    words = models.CharField(max_length=200, blank=True, help_text="why it was dropped")

    class Meta:
        verbose_name = _("对搁置行的处理")
        verbose_name_plural = _("对搁置行的处理")
        constraints = [
            models.UniqueConstraint(fields=["row", "number"], name="deeds_about_a_row_in_order")
        ]

    def __str__(self) -> str:
        return f"{self.row_id}/{self.number} {self.result}"


class WaitingKey(models.Model):
    """One name under which the original that a reversal waits for may come."""

    row = models.ForeignKey(PutAside, on_delete=models.CASCADE, related_name="waiting_keys")
    key = models.CharField(max_length=120, db_index=True)

    class Meta:
        verbose_name = _("等待的交易")
        verbose_name_plural = _("等待的交易")

    def __str__(self) -> str:
        return self.key
