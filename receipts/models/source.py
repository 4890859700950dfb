"""Files that are expected: from whom, in which format, and until when on each day."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class FileSource(models.Model):
    name = models.SlugField(_("名称"), max_length=40, unique=True)
    pattern = models.CharField(
        _("文件名"), max_length=100, help_text="shell pattern, allinpay-*.csv; case matters"
    )
    format = models.CharField(_("格式"), max_length=200, help_text="name, or path of a .toml")
    due_at = models.TimeField(
        _("最迟时间"), null=True, blank=True, help_text="Asia/Shanghai; none: no alarm"
    )
    last_came_on = models.DateField(null=True, blank=True, editable=False)
    alarmed_on = models.DateField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("文件来源")
        verbose_name_plural = _("文件来源")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
