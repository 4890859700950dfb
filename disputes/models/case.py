"""A case: one matter about (usually) one payment, with its place in the policy."""

import uuid

from django.db import models
from django.db.models import F, Lookup, Q
from django.utils.translation import gettext_lazy as _

from disputes.models.policy import PolicyVersion
from portal.accounts.models import Organisation, User
from receipts.models import Merchant, Payment


class Kind(models.TextChoices):
    NO_SLIP = "no_slip", _("没打出小票")
    REFUND_REQUEST = "refund_request", _("申请退款")
    DISPUTED_CHARGE = "disputed_charge", _("交易异议")
    SERVICE_COMPLAINT = "service_complaint", _("服务投诉")
    FIND_PAYMENT = "find_payment", _("请人工查找")
    NETWORK = "network", _("银联差错")


class Reason(models.TextChoices):
    """What is wrong with a disputed charge, in the customer's words."""

    NOT_MINE = "not_mine", _("不是我付的")
    CHARGED_TWICE = "charged_twice", _("扣了两次")
    WRONG_AMOUNT = "wrong_amount", _("金额不对")
    CHARGED_BUT_DECLINED = "charged_but_declined", _("显示失败却扣了钱")
    GOODS_OR_SERVICE = "goods_or_service", _("商品或服务有问题")
    REFUND_NOT_ARRIVED = "refund_not_arrived", _("退款没到账")
    OTHER = "other", _("其他")


class Stage(models.TextChoices):
    """Whose desk the matter lies on."""

    MERCHANT = "merchant", _("商户")
    INSTITUTION = "institution", _("机构")
    UPWARD = "upward", _("向上")


class Status(models.TextChoices):
    """What is happening there; a separate axis from the stage."""

    NEW = "new", _("等待首次答复")
    WORKING = "working", _("处理中")
    WAITING_CONSUMER = "waiting_consumer", _("等客户")
    RESOLVED = "resolved", _("已解决")
    REJECTED = "rejected", _("未支持")
    WITHDRAWN = "withdrawn", _("已撤回")
    MERGED = "merged", _("已并入另一件")


OPEN_STATUSES = (Status.NEW, Status.WORKING, Status.WAITING_CONSUMER)
CLOSED_STATUSES = (Status.RESOLVED, Status.REJECTED, Status.WITHDRAWN, Status.MERGED)


class WrittenOut(Lookup):
    """`IN` with its values written into the statement, and `=` with its one, as partial indexes
    have them. Given as parameters, or compared with true, SQLite would use none of those indexes,
    nor PostgreSQL in a statement that stays prepared."""

    lookup_name = "written_out"
    prepare_rhs = False
    rhs: tuple[models.TextChoices, ...]

    def as_sql(self, compiler, connection):
        left, values = self.process_lhs(compiler, connection)
        written = ", ".join(f"'{each.value}'" for each in self.rhs)
        return f"{left} IN ({written})" if self.rhs[1:] else f"{left} = {written}", values


IS_OPEN = WrittenOut(F("status"), OPEN_STATUSES)


class ContactKind(models.TextChoices):
    EMAIL = "email", _("邮箱")
    MOBILE = "mobile", _("手机")


class CaseQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """A merchant sees cases of its own shops; the institution's case roles see all. What the
        law keeps locked is stored and used for nothing (PIPL art. 47): nobody sees it."""
        return self._of_theirs(actor).filter(locked_at=None)

    def locked_for(self, actor):
        """What they would see, were it not locked: that it is there and until when, no more."""
        return self._of_theirs(actor).filter(locked_at__isnull=False)

    def _of_theirs(self, actor):
        if actor is None:
            return self.none()
        if actor.is_merchant:
            return self.filter(organisation=actor.organisation)
        if actor.is_institution and actor.role != "administrator":
            return self
        return self.none()

    def open(self):
        return self.filter(IS_OPEN)


class Case(models.Model):
    number = models.CharField(_("案件号"), max_length=12, unique=True)  # 2611-0472
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("类型"), max_length=20, choices=Kind)
    reason = models.CharField(_("原因"), max_length=24, choices=Reason, blank=True)
    stage = models.CharField(_("阶段"), max_length=12, choices=Stage)
    status = models.CharField(_("状态"), max_length=20, choices=Status, default=Status.NEW)
    policy = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT)

    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, null=True, blank=True, related_name="cases"
    )
    merchant = models.ForeignKey(
        Merchant, on_delete=models.PROTECT, null=True, blank=True, related_name="cases"
    )
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="cases",
        help_text="the merchant's, when it has an active account",
    )
    requested_minor = models.BigIntegerField(null=True, blank=True, help_text="fen")
    offered_minor = models.BigIntegerField(
        null=True, blank=True, help_text="fen, of the offer that waits for an answer (Offer)"
    )
    agreed_minor = models.BigIntegerField(
        null=True, blank=True, help_text="fen that shall go back, once that is agreed"
    )
    redone_by = models.OneToOneField(
        Payment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="redoes",
        help_text="the payment that took the refunded one's place (退款后重新交易)",
    )
    refund_waits = models.CharField(
        max_length=10,
        blank=True,
        db_default="",
        help_text="of its refund: proposed, network, to_execute, under_way, unknown; else empty",
    )
    # What the customer remembered, where no payment was found.
    claimed_tail = models.CharField(max_length=4, blank=True)
    claimed_minor = models.BigIntegerField(null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    claimed_merchant = models.CharField(max_length=80, blank=True)
    looks_again = models.BooleanField(
        default=False,
        db_default=False,
        help_text="waits for a payment that is to come (disputes.looking_again)",
    )

    contact_kind = models.CharField(max_length=8, choices=ContactKind)
    contact = models.CharField(max_length=254)
    contact_hash = models.CharField(max_length=64, db_index=True)
    language = models.CharField(max_length=10, default="zh-hans")

    escalated_at = models.DateTimeField(
        null=True, blank=True, help_text="when the institution got it from the merchant, the last"
    )
    assignee = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="assigned_cases",
        db_index=False,  # of those that have one: below
    )
    assigned_by = models.CharField(
        max_length=12,
        blank=True,
        db_default="",
        help_text="the rule that gave it to its owner (disputes.assigning); empty: a person did",
    )
    extension_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="who asked for the extension that waits for a second person (Extension)",
    )
    forwarded_on = models.DateField(
        null=True, blank=True, help_text="when the central bank's branch sent it to us"
    )
    requests_waiting = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="from above for the file, that nobody has answered yet"
    )
    forwarded_ref = models.CharField(max_length=60, blank=True, help_text="its own number there")

    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="merged",
        db_index=False,  # the same
        help_text="the case about the same thing in which this one goes on",
    )
    merged_from = models.CharField(max_length=20, blank=True, help_text="the status before that")

    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    handled_days = models.SmallIntegerField(
        null=True, blank=True, help_text="working days from opening to closing (disputes.year)"
    )
    closing_reason = models.CharField(max_length=40, blank=True)
    root_cause = models.CharField(
        max_length=24, blank=True, help_text="of disputes.policy.causes, asked for at closing"
    )
    continued = models.PositiveSmallIntegerField(
        default=0, help_text="how often the customer was not satisfied with an outcome"
    )
    submission_key = models.UUIDField(unique=True, help_text="the form sent twice is one case")
    locked_at = models.DateTimeField(
        null=True, blank=True, help_text="since then stored and used for nothing (portal.erasure)"
    )
    locked_until = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(
        null=True, blank=True, help_text="since then without words, files and contact"
    )

    # Kept in step by disputes.clocks so that a queue can be sorted; the events are the truth.
    due_at = models.DateTimeField(null=True, blank=True)
    due_clock = models.CharField(max_length=24, blank=True)
    tell_at = models.DateTimeField(
        null=True, blank=True, help_text="when the next word about that deadline is due"
    )
    last_word = models.CharField(max_length=60, blank=True, help_text="shown in queues")
    last_word_at = models.DateTimeField(null=True, blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("案件")
        verbose_name_plural = _("案件")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=list(Kind)), name="case_kind_is_known"),
            models.CheckConstraint(condition=Q(stage__in=list(Stage)), name="case_stage_is_known"),
            models.CheckConstraint(
                condition=Q(status__in=list(Status)), name="case_status_is_known"
            ),
            models.CheckConstraint(
                condition=(
                    Q(status__in=list(OPEN_STATUSES), closed_at__isnull=True)
                    | Q(status__in=list(CLOSED_STATUSES), closed_at__isnull=False)
                ),
                name="closed_cases_have_a_closing_time",
            ),
            models.CheckConstraint(
                condition=Q(locked_at=None)
                | Q(closed_at__isnull=False, locked_until__isnull=False, erased_at=None),
                name="only_closed_cases_are_locked",
            ),
            models.CheckConstraint(
                condition=Q(requested_minor__isnull=True) | Q(requested_minor__gt=0),
                name="requested_amount_is_positive",
            ),
            models.CheckConstraint(
                condition=Q(offered_minor__isnull=True)
                | Q(offered_minor__gt=0, status__in=list(OPEN_STATUSES)),
                name="an_offer_waits_while_its_case_is_open",
            ),
            models.CheckConstraint(
                condition=(
                    Q(status="merged", merged_into__isnull=False)
                    | (~Q(status="merged") & Q(merged_into__isnull=True))
                ),
                name="a_merged_case_is_in_another",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
                name="no_case_is_merged_into_itself",
            ),
            models.CheckConstraint(
                condition=Q(agreed_minor__isnull=True) | Q(agreed_minor__gt=0),
                name="agreed_amount_is_positive",
            ),
        ]
        indexes = [
            # What the queue sorts and counts by, and at the end what it asks of each case beside
            # that: a figure reads the index and no case.
            models.Index(
                fields=["due_at", "id", "merchant", "locked_at"],
                condition=Q(status__in=["new", "working", "waiting_consumer"]),
                name="open_cases_by_due",
            ),
            *(
                models.Index(
                    fields=[field, "due_at", "id", *beside, "locked_at"],
                    condition=Q(status__in=["new", "working", "waiting_consumer"]),
                    name=f"open_cases_by_{field}",
                )
                for field, *beside in (
                    ("assignee",),
                    ("kind",),
                    ("stage", "status"),
                    ("status", "assignee"),
                    ("merchant",),
                    ("escalated_at", "stage"),
                )
            ),
            # Not of all: SQLite takes an index in which nearly every row is empty for a good one.
            *(
                models.Index(
                    fields=[field], condition=Q((f"{field}__isnull", False)), name=f"cases_{name}"
                )
                for field, name in (("assignee", "of_assignee"), ("merged_into", "merged_into"))
            ),
            models.Index(
                fields=["id"],
                condition=Q(status__in=["new", "working", "waiting_consumer"]),
                name="open_cases_by_id",
            ),
            models.Index(
                fields=["id"],
                condition=Q(status__in=["new", "working", "waiting_consumer"], due_at__isnull=True),
                name="open_cases_undated",
            ),
            models.Index(
                fields=["closed_at", "id"],
                condition=Q(closed_at__isnull=False),
                name="closed_cases_by_time",
            ),
            models.Index(fields=["opened_at"], name="cases_by_time"),
            # Each figure of the yearly table is a stretch of it. By days first: one that began with
            # the kind, SQLite would take for the queue.
            models.Index(
                fields=["handled_days", "kind", "status", "opened_at"], name="cases_by_days"
            ),
            models.Index(
                fields=["id"],
                condition=Q(closed_at__isnull=False, handled_days__isnull=True),
                name="closed_without_days",
            ),
            models.Index(
                fields=["tell_at", "id"],
                condition=Q(tell_at__isnull=False),
                name="cases_to_tell_of",
            ),
            models.Index(fields=["organisation", "status", "due_at"], name="cases_of_merchant"),
            # With all that a case asks of the shop's others, so that none of them is read.
            models.Index(
                fields=["merchant", "opened_at", "locked_at", "id"], name="cases_of_shop_by_time"
            ),
            models.Index(fields=["id"], condition=Q(looks_again=True), name="cases_that_wait"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def reason_label(self) -> str:
        """As the policy of the case words it."""
        from disputes import policy

        return str(policy.reason_label(self))

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATUSES

    @property
    def has_customer(self) -> bool:
        """One that the card network began has none (disputes.network.own_case)."""
        return self.kind != Kind.NETWORK

    @property
    def is_decided(self) -> bool:
        """Closed with an outcome, not withdrawn."""
        return self.status in (Status.RESOLVED, Status.REJECTED)

    @property
    def subject(self) -> str:
        """How the audit trail, uploads and passes name this case."""
        return f"case:{self.number}"


class Draft(models.Model):
    """A case being written: one question a page, nothing lost. Erased once sent or after a week."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    browser_hash = models.CharField(max_length=64)
    answers = models.JSONField(default=dict)
    case = models.ForeignKey(Case, on_delete=models.SET_NULL, null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return str(self.public_id)
