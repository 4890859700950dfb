"""An issue of a slip: payment × form × language × copy × state of the payment."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from receipts.models.payment import Payment


class SlipIssue(models.Model):
    """One issued document and its file, which never changes. Downloading again is no reissue."""

    # A slip is Chinese with English titles whatever language its reader has chosen for the pages;
    # switching that must not number a second issue.
    LANGUAGE = "zh-hans"

    class Form(models.TextChoices):
        MM80 = "80mm", _("80 毫米小票")
        MM58 = "58mm", _("58 毫米小票")
        A4 = "a4", _("A4 凭证")
        THERMAL58 = "escpos58", _("58 毫米热敏打印")
        THERMAL80 = "escpos80", _("80 毫米热敏打印")

    class Copy(models.TextChoices):
        CARDHOLDER = "cardholder", _("持卡人存根")
        MERCHANT = "merchant", _("商户存根")

    class Channel(models.TextChoices):
        """How it was asked for."""

        PAGE = "page", _("客户页面")
        PANEL = "panel", _("商户后台")
        DESK = "desk", _("机构后台")
        MAIL = "mail", _("邮件")
        ARCHIVE = "archive", _("当日打包")
        AHEAD = "ahead", _("提前制作")

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="slip_issues")
    number = models.PositiveIntegerField(help_text="1 for the first issue of this payment")
    form = models.CharField(max_length=8, choices=Form, default=Form.MM80)
    copy = models.CharField(max_length=12, choices=Copy, default=Copy.CARDHOLDER)
    language = models.CharField(max_length=10, default=LANGUAGE)
    payment_revision = models.PositiveIntegerField()
    repeat = models.PositiveSmallIntegerField(
        default=0, help_text="0 for the first making of this issue; more when made anew"
    )
    duplicate = models.BooleanField(default=False, help_text="bears 重打印凭证 DUPLICATED")
    code = models.CharField(
        max_length=12,
        null=True,
        blank=True,
        unique=True,
        help_text="stands on it, for /verify/ (slip/codes.py); none: issued before there were any",
    )
    shown = models.JSONField(
        default=dict, help_text="what /verify/ shows of it (receipts.slip.data.shown)"
    )
    file = models.FileField(max_length=120)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveIntegerField(help_text="bytes")
    channel = models.CharField(max_length=8, choices=Channel, default=Channel.PAGE)
    requested_by = models.CharField(max_length=64, help_text="the actor's pseudonym")
    issued_at = models.DateTimeField()

    class Meta:
        verbose_name = _("电子小票")
        verbose_name_plural = _("电子小票")
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "payment",
                    "form",
                    "copy",
                    "language",
                    "payment_revision",
                    "repeat",
                ],
                name="issued_once",
            ),
            models.UniqueConstraint(fields=["payment", "number"], name="issue_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.payment_id} #{self.number}"
