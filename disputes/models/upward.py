"""The way up from the institution: whom a customer may turn to next, and what was written to and
fro with those above."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from disputes.models.case import Case
from portal.accounts.models import User


class Route(models.TextChoices):
    """Whom the matter may go to (shared by addresses, register and files)."""

    CENTRAL_BANK = "central_bank", _("中国人民银行分支机构（12363）")
    MEDIATION = "mediation", _("调解组织")
    ARBITRATION = "arbitration", _("仲裁委员会")
    COURT = "court", _("人民法院")
    MARKET = "market", _("市场监督管理部门（12315）")


class AddressBook(models.Model):
    """Where the next step up is found, as the institution keeps it. A change is a new row; an old
    one never changes, so that it can be said what a customer was told on a day."""

    number = models.PositiveIntegerField(unique=True)
    entries = models.JSONField(
        help_text='route → {"name": …, "address": …, "telephone": …, "hours": …}, all texts'
    )
    note = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True)

    class Meta:
        verbose_name = _("向上反映的地址")
        verbose_name_plural = _("向上反映的地址")
        ordering = ["number"]

    def __str__(self) -> str:
        return f"v{self.number}"


def stored_as(file: "CaseFile", _filename: str) -> str:
    return f"case-files/{file.public_id.hex[:2]}/{file.public_id.hex}.pdf"


class CaseFile(models.Model):
    """A case printed whole for somebody above: the work of making it, then the file. Once made it
    never changes; when its case is erased the bytes go and the row stays."""

    class Scope(models.TextChoices):
        """Whose conversation it holds."""

        SHARED = "shared", _("各方都看过的往来")
        MERCHANT = "merchant", _("另加商户与机构之间的往来")
        INTERNAL = "internal", _("内部全卷，含内部备注")

    class State(models.TextChoices):
        WAITING = "waiting", _("在准备")
        MADE = "made", _("可以下载")
        FAILED = "failed", _("没有做成")
        ERASED = "erased", _("文件已随案件删除")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="files")
    number = models.PositiveSmallIntegerField(help_text="of this case, from 1")
    scope = models.CharField(max_length=10, choices=Scope)
    party = models.CharField(
        max_length=16, choices=Route, blank=True, help_text="none: the customer took it"
    )
    purpose = models.CharField(
        max_length=200, blank=True, help_text="for whom and what for, names nobody"
    )
    language = models.CharField(max_length=10, default="zh-hans")
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    asked_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="none: the case's customer",
    )
    asked_at = models.DateTimeField()
    made_at = models.DateTimeField(null=True, blank=True)
    file = models.FileField(upload_to=stored_as, max_length=120, blank=True)
    size = models.PositiveIntegerField(default=0, help_text="bytes")
    pages = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    events = models.PositiveIntegerField(default=0, help_text="of the trail, that it tells of")
    checkpoint = models.BigIntegerField(default=0, help_text="size of the one printed in it")
    failures = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(help_text="when the worker tries (again)")
    submission_key = models.UUIDField(unique=True, help_text="the form sent twice is one file")

    class Meta:
        verbose_name = _("案件材料")
        verbose_name_plural = _("案件材料")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="case_file_has_its_number"),
            models.CheckConstraint(
                condition=~Q(state="made") | (Q(made_at__isnull=False) & ~Q(sha256="")),
                name="a_made_case_file_has_its_hash",
            ),
            models.CheckConstraint(
                condition=Q(asked_by__isnull=False) | Q(scope="shared", party=""),
                name="a_customer_takes_what_all_have_read",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="waiting"), name="case_files_to_make")
        ]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.number}"

    @property
    def is_customers(self) -> bool:
        """The customer of the case asked for it, and it tells what they may read."""
        return self.asked_by_id is None

    @property
    def for_whom(self) -> str:
        return str(_("客户本人")) if self.is_customers else self.get_party_display()

    @property
    def subject(self) -> str:
        """How trail and readings name it."""
        return f"case_file:{self.public_id}"


class UpwardEntry(models.Model):
    """One line of the register: something went up, or came from above, on a day."""

    class Direction(models.TextChoices):
        OUT = "out", _("发出")
        IN = "in", _("收到")
        TOLD = "told", _("客户告知")

    class What(models.TextChoices):
        CASE_FILE = "case_file", _("案件材料")
        ANSWER = "answer", _("答复")
        OTHER = "other", _("其他函件")
        FORWARDED = "forwarded", _("转来的投诉")
        ACCEPTED = "accepted", _("受理通知")
        FILE_REQUEST = "file_request", _("调取材料的要求")
        DECISION = "decision", _("处理决定")
        GONE_UP = "gone_up", _("客户已向上反映")

    class Way(models.TextChoices):
        SYSTEM = "system", _("监管系统")
        LETTER = "letter", _("信函")
        MAIL = "mail", _("电子邮件")
        IN_PERSON = "in_person", _("当面")
        TELEPHONE = "telephone", _("电话")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="upward")
    number = models.PositiveSmallIntegerField(help_text="of this case, from 1")
    direction = models.CharField(max_length=4, choices=Direction)
    what = models.CharField(max_length=16, choices=What)
    party = models.CharField(max_length=16, choices=Route)
    way = models.CharField(max_length=12, choices=Way)
    on = models.DateField(help_text="the day on which it went or came")
    due_on = models.DateField(
        null=True, blank=True, help_text="the last day to answer, where the letter names one"
    )
    reference = models.CharField(max_length=60, blank=True, help_text="its number there")
    note = models.CharField(max_length=300, blank=True)
    answers = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="answered_by"
    )
    file = models.ForeignKey(
        CaseFile, on_delete=models.PROTECT, null=True, blank=True, related_name="sent_with"
    )
    entered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    entered_at = models.DateTimeField()
    submission_key = models.UUIDField(unique=True, help_text="the form sent twice is one entry")

    class Meta:
        verbose_name = _("往来登记")
        verbose_name_plural = _("往来登记")
        ordering = ["on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="register_line_has_its_number"),
            models.CheckConstraint(
                condition=Q(answers__isnull=True) | ~Q(answers=F("id")),
                name="nothing_answers_itself",
            ),
            models.CheckConstraint(
                condition=Q(file__isnull=True) | Q(direction="out"),
                name="files_go_out",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.number}: {self.direction} {self.what}"
