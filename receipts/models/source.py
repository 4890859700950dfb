"""Files that are expected: from whom, in which format, on which days and until when."""

from datetime import date, datetime, timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from receipts.models.imports import ImportFile


class FileSource(models.Model):
    name = models.SlugField(_("名称"), max_length=40, unique=True)
    pattern = models.CharField(
        _("文件名"), max_length=100, help_text="shell pattern, allinpay-*.csv; case matters"
    )
    format = models.CharField(_("格式"), max_length=200, help_text="name, or path of a .toml")
    days = models.CharField(
        _("哪些天"), max_length=30, default="daily", help_text="see receipts.watch.days"
    )
    due_at = models.TimeField(
        _("最迟时间"), null=True, blank=True, help_text="Asia/Shanghai; none: no alarm"
    )
    grace_minutes = models.PositiveSmallIntegerField(
        _("宽限"), default=0, help_text="after the due time, before the alarm"
    )
    watched_from = models.DateTimeField(
        default=timezone.now, editable=False, help_text="when this was agreed: no alarm before"
    )
    last_came_on = models.DateField(null=True, blank=True, editable=False)
    last_came_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_file = models.ForeignKey(
        ImportFile, on_delete=models.SET_NULL, null=True, blank=True, editable=False
    )
    alarmed_on = models.DateField(null=True, blank=True, editable=False)
    missing_for = models.DateField(
        null=True, blank=True, editable=False, help_text="the day whose file is still missing"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("文件来源")
        verbose_name_plural = _("文件来源")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def grace(self) -> timedelta:
        return timedelta(minutes=self.grace_minutes)

    def late_from(self, day: date) -> datetime | None:
        """The moment from which this day's file is missing; None where nobody set a time."""
        if self.due_at is None:
            return None
        due = datetime.combine(day, self.due_at, timezone.get_current_timezone())
        return due + self.grace

    def day_of(self, moment: datetime) -> date:
        """The day for which a file counts that came at this moment: that day, or the one before
        while its grace lasts beyond midnight."""
        day = timezone.localdate(moment)
        late = self.late_from(day - timedelta(days=1))
        return day - timedelta(days=1) if late is not None and moment < late else day
