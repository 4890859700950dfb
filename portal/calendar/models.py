"""What people entered about days; what the packages know of other years is not copied here."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class NoticeYear(models.Model):
    """A year whose notice (国务院办公厅关于…年部分节假日安排的通知) somebody has entered."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    text = models.TextField(help_text="as it was pasted")
    entered_by = models.CharField(max_length=64, help_text="the actor, as the trail names it")
    entered_at = models.DateTimeField()

    class Meta:
        verbose_name = _("放假通知")
        verbose_name_plural = _("放假通知")

    def __str__(self) -> str:
        return str(self.year)


class SpecialDay(models.Model):
    """A day that is not as its weekday or the packages say: by a notice, or by the institution's
    own word (`notice` is None), which wins."""

    day = models.DateField()
    works = models.BooleanField(help_text="a working day")
    name = models.CharField(max_length=40, blank=True)
    notice = models.ForeignKey(
        NoticeYear, on_delete=models.CASCADE, null=True, blank=True, related_name="days"
    )

    class Meta:
        verbose_name = _("特别的一天")
        verbose_name_plural = _("特别的日子")
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(fields=["day", "notice"], name="once_in_each_notice"),
            models.UniqueConstraint(
                fields=["day"], condition=models.Q(notice=None), name="one_word_of_the_institution"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {'works' if self.works else 'off'}"
