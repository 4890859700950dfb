"""What the parties say; each message has its audience, checked on the server."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from disputes.models.case import Case
from portal.accounts.models import Organisation, User
from portal.uploads.models import Upload


class Audience(models.TextChoices):
    ALL = "all", _("客户与商户")
    MERCHANT = "merchant", _("仅商户与机构可见")
    INTERNAL = "internal", _("内部备注")


class Author(models.TextChoices):
    CONSUMER = "consumer", _("客户")
    MERCHANT = "merchant", _("商户")
    INSTITUTION = "institution", _("机构")
    SYSTEM = "system", _("系统")


class MessageQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """Internal notes belong to the organisation that wrote them."""
        if actor is None:
            return self.none()
        if actor.is_consumer:
            return self.filter(audience=Audience.ALL)
        if actor.is_merchant or actor.is_institution:
            return self.filter(
                Q(audience__in=[Audience.ALL, Audience.MERCHANT])
                | Q(audience=Audience.INTERNAL, organisation=actor.organisation)
            )
        return self.none()


class Message(models.Model):
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="messages")
    author_kind = models.CharField(max_length=12, choices=Author)
    author = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    audience = models.CharField(max_length=10, choices=Audience)
    event = models.CharField(
        max_length=40,
        blank=True,
        help_text="for system lines: which step this line tells of",
    )
    body = models.TextField(blank=True)
    uploads = models.ManyToManyField(Upload, blank=True)
    submission_key = models.UUIDField(unique=True, help_text="the form sent twice is one message")
    created_at = models.DateTimeField()

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("往来")
        verbose_name_plural = _("往来")
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(audience__in=list(Audience)),
                name="message_audience_is_known",
            ),
            models.CheckConstraint(
                condition=~Q(audience="internal") | Q(organisation__isnull=False),
                name="an_internal_note_belongs_to_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.author_kind} → {self.audience}"
