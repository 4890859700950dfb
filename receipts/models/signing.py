"""The certificates under which slips were signed, the present one and all before it."""

from django.db import models


class SigningCertificate(models.Model):
    """Kept when its key first signs, and for ever: a slip outlives the key that signed it."""

    fingerprint = models.CharField(max_length=64, unique=True, help_text="SHA-256, hex")
    pem = models.TextField(help_text="the certificate, and the chain of its issuers if it has one")
    first_used_at = models.DateTimeField()

    class Meta:
        ordering = ["-first_used_at"]

    def __str__(self) -> str:
        return self.fingerprint
