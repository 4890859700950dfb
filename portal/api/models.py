"""Programs that may call the API, their keys, and the answers that are given again."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ApiClient(models.Model):
    """One program of one partner: the acquirer's host, say. It has several keys while they are
    changed over, and no rights of its own."""

    name = models.SlugField(_("名称"), max_length=40, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("接口调用方")
        verbose_name_plural = _("接口调用方")

    def __str__(self) -> str:
        return self.name

    is_authenticated = True  # what the API framework asks of whoever calls


class Scope(models.TextChoices):
    TRANSACTIONS_WRITE = "transactions:write", _("送入交易")


class ApiKey(models.Model):
    """256 random bits, kept as their SHA-256; `prefix` is the part that may be shown."""

    client = models.ForeignKey(ApiClient, on_delete=models.PROTECT, related_name="keys")
    prefix = models.CharField(max_length=16, unique=True)
    hash = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    merchants = models.JSONField(default=list, help_text="merchant numbers; empty: all")
    created_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="nobody: by command",
    )
    last_used_at = models.DateTimeField(null=True, blank=True, help_text="to the minute")
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_because = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("接口密钥")
        verbose_name_plural = _("接口密钥")

    def __str__(self) -> str:
        return f"{self.client}: {self.prefix}…"


class Answer(models.Model):
    """The first answer to an Idempotency-Key, written in the transaction of what it tells."""

    client = models.ForeignKey(ApiClient, on_delete=models.CASCADE)
    idempotency_key = models.CharField(max_length=255)
    request_hash = models.CharField(max_length=64, help_text="keyed: a body may hold card numbers")
    text = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("接口应答")
        verbose_name_plural = _("接口应答")
        constraints = [
            models.UniqueConstraint(
                fields=["client", "idempotency_key"], name="one_answer_per_idempotency_key"
            )
        ]
        indexes = [models.Index(fields=["created_at"], name="answer_by_age")]

    def __str__(self) -> str:
        return f"{self.client}: {self.idempotency_key}"


class RequestCount(models.Model):
    """Requests of one key, or of one address without a key, in one minute."""

    name = models.CharField(max_length=80, primary_key=True, help_text="a key, or a keyed hash")
    minute = models.BigIntegerField(db_index=True, help_text="since 1970")
    count = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.name}: {self.count}"
