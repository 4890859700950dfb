"""The complaint audit trail: one row per step, chained per subject.

`event.text` is the canonical JSON that was hashed; the other columns are copies of parts of it,
for searching. Personal values appear in it as salted commitments only; salt and value lie in
`Opening`, which may be erased without touching the event.
"""

from django.db import models


class Chain(models.Model):
    """The head of one subject's chain; locking it gives each event its place."""

    subject = models.CharField(max_length=64, primary_key=True)
    sequence = models.PositiveIntegerField(default=0)
    hash = models.CharField(max_length=64, default="")

    def __str__(self) -> str:
        return f"{self.subject}#{self.sequence}"


class Event(models.Model):
    subject = models.CharField(
        max_length=64
    )  # "case:2611-0472", "payment:<uuid>", "account:<uuid>"
    sequence = models.PositiveIntegerField()
    type = models.CharField(max_length=48)
    actor = models.CharField(max_length=64)
    at = models.DateTimeField()
    text = models.TextField()
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "sequence"], name="audit_event_has_its_place"
            )
        ]
        indexes = [
            models.Index(fields=["type", "at"]),
            models.Index(fields=["actor", "at"]),
        ]

    def __str__(self) -> str:
        return f"{self.subject}#{self.sequence} {self.type}"


class Opening(models.Model):
    """What a commitment in an event stands for. Erasing the row leaves the event verifiable."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="openings")
    field = models.CharField(max_length=48)
    salt = models.CharField(max_length=32)
    value = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "field"], name="one_opening_per_field")
        ]

    def __str__(self) -> str:
        return f"{self.event_id}: {self.field}"
