"""Files from outside: checked by content, re-encoded where they are pictures, served apart."""

import uuid

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


def stored_as(upload: "Upload", _filename: str) -> str:
    """Our own name: nothing that a sender typed becomes a path."""
    return f"uploads/{upload.public_id.hex[:2]}/{upload.public_id.hex}"


class Upload(models.Model):
    """`subject` (`case:<number>`, `draft:<uuid>`) decides who may read it."""

    class Scan(models.TextChoices):
        """What the malware scanner said (portal.uploads.scanning)."""

        NOT_ASKED = "", _("没有检查")
        CLEAN = "clean", _("检查过")
        WAITS = "waits", _("等待检查")
        FOUND = "found", _("含有恶意程序，已删除")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    subject = models.CharField(max_length=64, db_index=True)
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField(help_text="bytes, as stored")
    sha256 = models.CharField(max_length=64, help_text="of the bytes as stored")
    received_sha256 = models.CharField(max_length=64, help_text="of the bytes as received")
    file = models.FileField(upload_to=stored_as, max_length=120)
    uploaded_by = models.CharField(max_length=64, help_text="the actor's pseudonym")
    scan = models.CharField(max_length=8, choices=Scan, default="", db_default="", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("上传文件")
        verbose_name_plural = _("上传文件")

    def __str__(self) -> str:
        return self.name

    @property
    def is_held(self) -> bool:
        """Nobody gets it: not looked at yet, or nothing to be had any more."""
        return bool(self.why_held)

    @property
    def why_held(self) -> str:
        if self.scan == self.Scan.FOUND:
            return str(self.Scan.FOUND.label)
        waits = self.scan == self.Scan.WAITS and settings.CLAMAV
        return str(_("正在检查，过一会儿就能打开")) if waits else ""

    @property
    def address(self) -> str:
        """Where it is downloaded; "" while nobody gets it."""
        return "" if self.is_held else reverse("uploads:file", args=[self.public_id])

    @property
    def preview(self) -> str:
        """Where it is to be had small; "" for what is no picture."""
        if self.is_held or not self.is_picture:
            return ""
        return reverse("uploads:preview", args=[self.public_id])

    @property
    def is_picture(self) -> bool:
        return self.content_type.startswith("image/")


class SmallView(models.Model):
    """A picture drawn small when it came (JPEG), so that no page and no case file opens the large
    one. Pictures from before there were small views have none."""

    upload = models.OneToOneField(
        Upload, on_delete=models.CASCADE, primary_key=True, related_name="small_view"
    )
    data = models.BinaryField()

    class Meta:
        verbose_name = _("小图")
        verbose_name_plural = _("小图")

    def __str__(self) -> str:
        return str(self.pk)
