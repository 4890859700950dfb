"""People without an account: links that carry a right, browsers that hold one, codes that prove
a contact. Tokens are stored as SHA-256 of 256 random bits: a stolen table opens nothing.

`purpose` names what the right is for ("case", "payment", "invitation"), `subject` the one thing
it is for (a public id). Lower floors do not know what stands behind them.
"""

from django.db import models


class Link(models.Model):
    """A capability link. Reading its page uses up nothing; a POST exchanges it for a pass."""

    token_hash = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=24)
    subject = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    single_use = models.BooleanField(default=False)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["purpose", "subject"])]

    def __str__(self) -> str:
        return f"{self.purpose}:{self.subject}"


class Pass(models.Model):
    """This browser may see this thing until then."""

    browser_hash = models.CharField(max_length=64)
    purpose = models.CharField(max_length=24)
    subject = models.CharField(max_length=64)
    link = models.ForeignKey(Link, on_delete=models.CASCADE, null=True, blank=True)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["browser_hash", "purpose", "subject"],
                name="one_pass_per_browser_and_thing",
            )
        ]
        indexes = [models.Index(fields=["purpose", "subject"])]

    def __str__(self) -> str:
        return f"{self.purpose}:{self.subject}"


class Code(models.Model):
    """A one-time code: 6 digits, 10 minutes, 5 tries, bound to the browser that asked for it."""

    public_id = models.UUIDField(unique=True)
    contact_hash = models.CharField(max_length=64)
    purpose = models.CharField(max_length=24)
    subject = models.CharField(max_length=64)
    code_hash = models.CharField(max_length=64)
    browser_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["contact_hash", "created_at"]),
            models.Index(fields=["browser_hash", "expires_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.purpose}:{self.subject}"
