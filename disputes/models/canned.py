"""Answers that an organisation keeps ready, to be put into a message and read before it is sent."""

from typing import NamedTuple

from django.core.cache import cache
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from disputes.models.message import Audience
from portal.accounts.models import INSTITUTION_ROLES, Organisation, Role, User
from portal.compiled import Compiled, Later


class Language(models.TextChoices):
    CHINESE = "zh-hans", "中文"
    ENGLISH = "en", "English"


class CannedReplyQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """Those of one's own organisation; nobody else's, the institution's no merchant's."""
        if actor is None or actor.organisation is None:
            return self.none()
        return self.filter(organisation=actor.organisation)


class CannedReply(models.Model):
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="canned_replies"
    )
    team = models.CharField(
        max_length=16,
        blank=True,
        choices=[(role.value, role.label) for role in Role if role in INSTITUTION_ROLES],
        help_text="the role it is offered to; empty: everybody of the organisation",
    )
    language = models.CharField(max_length=10, choices=Language)
    audience = models.CharField(
        max_length=10, choices=Audience, help_text="the widest audience it may be sent to"
    )
    name = models.CharField(max_length=30)
    body = models.TextField(help_text="with placeholders (disputes.placeholders)")
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = CannedReplyQuerySet.as_manager()

    class Meta:
        verbose_name = _("常用回复")
        verbose_name_plural = _("常用回复")
        ordering = ["language", "name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "team", "language", "name"], name="canned_once_by_name"
            ),
            models.CheckConstraint(
                condition=Q(audience__in=list(Audience)), name="canned_audience_is_known"
            ),
            models.CheckConstraint(
                condition=Q(language__in=list(Language)), name="canned_language_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Ready(NamedTuple):
    """One of them as the composer lists it."""

    pk: int
    team: str
    language: str
    audience: str
    name: str
    body: str


_of_organisation = Compiled(
    lambda: (
        CannedReply.objects.filter(organisation=Later("organisation", models.BigAutoField()))
        .order_by("name", "pk")
        .values_list("pk", "team", "language", "audience", "name", "body")
    )
)


KEPT_FOR = 60  # seconds: so long, at most, a page may still offer one that was changed


def ready_for(actor, *, fresh: bool = False) -> list[Ready]:
    """Those that `actor` is offered. Every page of a case asks, so they are kept for a minute;
    `fresh` is for who is about to use one."""
    if actor.organisation is None:
        return []
    key = _key(actor.organisation.pk)
    rows = None if fresh else cache.get(key)
    if rows is None:
        rows = _of_organisation.all(organisation=actor.organisation.pk)
        cache.set(key, rows, KEPT_FOR)
    return [Ready(*row) for row in rows if row[1] in {"", actor.role}]


def forget_ready(organisation: int) -> None:
    """After a change: let the next page ask anew."""
    cache.delete(_key(organisation))


def _key(organisation: int) -> str:
    return f"canned:{organisation}"
