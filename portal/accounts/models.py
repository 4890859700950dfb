"""People who sign in, the organisations they work for, and what they may do there.

One installation has one institution and many merchants. A person's rights come from a
membership only: no role, no right.
"""

import uuid
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from portal.accounts import persons


class OrganisationQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """An administrator sees every organisation, a manager the own one."""
        if actor and actor.role == Role.ADMINISTRATOR:
            return self
        if actor and actor.role == Role.MANAGER:
            return self.filter(pk=actor.organisation.pk)
        return self.none()


class Organisation(models.Model):
    class Kind(models.TextChoices):
        INSTITUTION = "institution", _("支付机构")
        MERCHANT = "merchant", _("商户")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.MERCHANT)
    name = models.CharField(_("名称"), max_length=80)
    name_en = models.CharField(_("英文名称"), max_length=120, blank=True)
    is_active = models.BooleanField(_("启用"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("组织")
        verbose_name_plural = _("组织")
        constraints = [
            models.UniqueConstraint(
                fields=["kind"], condition=Q(kind="institution"), name="one_institution"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def display_name(self) -> str:
        """In the reader's language where it has a name in it."""
        return (get_language() == "en" and self.name_en) or self.name


class Role(models.TextChoices):
    """What a person does; the first two belong to a merchant, the others to the institution."""

    CLERK = "clerk", _("店员")
    MANAGER = "manager", _("店长")
    SUPPORT = "support", _("客服")
    SUPERVISOR = "supervisor", _("主管")
    OPERATIONS = "operations", _("运营")
    AUDITOR = "auditor", _("审计员")
    ADMINISTRATOR = "administrator", _("管理员")


MERCHANT_ROLES = frozenset({Role.CLERK, Role.MANAGER})
INSTITUTION_ROLES = frozenset(Role) - MERCHANT_ROLES


class User(AbstractUser):
    """Someone who signs in. Chinese names have one field: surname first, as written."""

    first_name: Any = None
    last_name: Any = None
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("姓名"), max_length=60)
    language = models.CharField(_("语言"), max_length=10, default="zh-hans")
    # The human being: accounts that bear the same are one pair of eyes (portal.accounts.persons).
    person = models.CharField(max_length=64, default="", db_index=True, editable=False)
    # Read together with the person where a request asks for both (portal.accounts.backend).
    loaded_memberships: "list[Membership] | None" = None
    # Counting it up ends every session of this person at once, wherever it runs.
    session_epoch = models.PositiveIntegerField(default=0, editable=False)

    REQUIRED_FIELDS = ["email", "name"]

    class Meta:
        verbose_name = _("用户")
        verbose_name_plural = _("用户")

    def __str__(self) -> str:
        return self.name or self.username

    def save(self, *args, **kwargs) -> None:
        if not self.person:
            self.person = persons.of_account(self.email, self.public_id)
            if (fields := kwargs.get("update_fields")) is not None:
                kwargs["update_fields"] = {*fields, "person"}
        super().save(*args, **kwargs)

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    def _get_session_auth_hash(self, secret=None) -> str:
        """What a session must carry to be this person's: it changes with password and epoch."""
        return salted_hmac(
            "portal.accounts.session",
            f"{self.session_epoch}:{self.password}",
            secret=secret,
            algorithm="sha256",
        ).hexdigest()

    def end_sessions(self) -> None:
        """Every browser signed in as this person is signed out at its next request."""
        User.objects.filter(pk=self.pk).update(session_epoch=F("session_epoch") + 1)
        self.refresh_from_db(fields=["session_epoch"])


class MembershipQuerySet(models.QuerySet):
    def visible_to(self, actor):
        return self.filter(organisation__in=Organisation.objects.visible_to(actor))

    def active(self):
        return self.filter(is_active=True, organisation__is_active=True)


class Membership(models.Model):
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="memberships"
    )
    role = models.CharField(_("角色"), max_length=16, choices=Role)
    is_active = models.BooleanField(_("启用"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("成员")
        verbose_name_plural = _("成员")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation"], name="one_membership_per_organisation"
            ),
            models.CheckConstraint(condition=Q(role__in=list(Role)), name="role_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.organisation}, {self.get_role_display()}"


class Absence(models.Model):
    """When somebody of the institution is away: one time at a time, the next takes its place. Those
    that were are in the trail."""

    membership = models.OneToOneField(Membership, on_delete=models.PROTECT)
    since = models.DateTimeField(_("从"))
    until = models.DateTimeField(_("到"), help_text="the first moment back")
    said_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("不在岗")
        verbose_name_plural = _("不在岗")
        constraints = [
            models.CheckConstraint(condition=Q(since__lt=F("until")), name="absence_ends")
        ]

    def __str__(self) -> str:
        return f"{self.membership_id}: {self.since} – {self.until}"


class InvitationQuerySet(models.QuerySet):
    def visible_to(self, actor):
        return self.filter(organisation__in=Organisation.objects.visible_to(actor))

    def open(self):
        return self.filter(
            accepted_at__isnull=True, withdrawn_at__isnull=True, organisation__is_active=True
        )


class Invitation(models.Model):
    """A place kept for somebody: opened by a capability link (purpose `invitation`)."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    role = models.CharField(max_length=16, choices=Role)
    email = models.EmailField()
    # Proposals of whoever invites; the person decides.
    name = models.CharField(max_length=60, blank=True)
    username = models.CharField(max_length=150, blank=True)
    language = models.CharField(max_length=10, default="zh-hans")
    invited_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("邀请")
        verbose_name_plural = _("邀请")

    def __str__(self) -> str:
        return f"{self.organisation}, {self.get_role_display()}"
