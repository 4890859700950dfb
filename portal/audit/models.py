"""The complaint audit trail: one row per step, chained per subject.

`event.text` is the canonical JSON that was hashed; the other columns are copies of parts of it,
for searching. Personal values appear in it as salted commitments only; salt and value lie in
`Opening`, which may be erased without touching the event.

All events together are the leaves of one Merkle tree (RFC 6962): `Pending` holds what has no leaf
yet, `Leaf` the order, `Subtree` the hashes above the leaves, `Checkpoint` what was signed about it,
`OutsideCopy` which of those left the house. `portal.audit.triggers` keeps them append-only.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


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
        verbose_name = _("审计事件")
        verbose_name_plural = _("审计事件")
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


class Pending(models.Model):
    """An event that is committed and has no leaf yet: written with it, gone with its leaf.

    A queue rather than a high-water mark over `Event.id`: of two transactions the one with the
    lower id may commit later, and would be passed over.
    """

    # Only the event's own trigger writes it, before the event's row is there for a foreign key.
    event = models.OneToOneField(
        Event,
        on_delete=models.PROTECT,
        primary_key=True,
        related_name="pending",
        db_constraint=False,
    )

    def __str__(self) -> str:
        return str(self.event_id)


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


class Leaf(models.Model):
    """An event's place in the tree: numbered from 0 without a gap, by the sequencer alone."""

    number = models.BigIntegerField(primary_key=True)
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="leaf")
    hash = models.BinaryField(max_length=32)  # SHA-256(0x00 || the event's text in UTF-8)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(number__gte=0), name="audit_leaf_from_0")
        ]

    def __str__(self) -> str:
        return str(self.number)


class Subtree(models.Model):
    """The hash of a complete subtree: `2**level` leaves from `index * 2**level` on, level 1 and
    up (level 0 is `Leaf.hash`). Written once, when its last leaf came: it never changes after."""

    pk = models.CompositePrimaryKey("level", "index")
    level = models.PositiveSmallIntegerField()
    index = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"{self.level}/{self.index}"


class CheckpointKey(models.Model):
    """The public half of a key that has signed here: whoever checks an old checkpoint needs it."""

    vkey = models.CharField(max_length=300, primary_key=True)  # C2SP signed-note verifier key
    first_used_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.vkey


class Checkpoint(models.Model):
    """A signed statement: the first `size` leaves have this root (C2SP tlog-checkpoint)."""

    size = models.BigIntegerField(primary_key=True)
    root = models.CharField(max_length=64)  # hex
    note = models.TextField()  # the signed note, as it is handed out
    at = models.DateTimeField()
    key_id = models.CharField(max_length=8)  # hex, of the first signature

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(size__gt=0), name="audit_checkpoint_of_some")
        ]

    def __str__(self) -> str:
        return f"{self.size} {self.root}"


class OutsideCopy(models.Model):
    """A checkpoint that was handed to somebody who is not us. `way` says by what, `reference`
    which one (an outbox entry's effect key, an export's file): never a person or an address."""

    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="copies")
    way = models.CharField(max_length=32)
    reference = models.CharField(max_length=120)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["at"], name="audit_outside_copy_by_time")]
        constraints = [
            models.UniqueConstraint(
                fields=["way", "reference", "checkpoint"], name="audit_outside_copy_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.way}: {self.reference}"


class Reading(models.Model):
    """Somebody of the staff saw something of a person. Written by `portal.audit.reading` alone."""

    class What(models.TextChoices):
        OPENED = "opened", _("打开过")  # one case, one payment, one row of a file, one account
        LISTED = "listed", _("列出过")  # a line in what a search found, or a whole list (`list:…`)
        DOWNLOADED = "downloaded", _("下载过")  # a slip, an uploaded file, an archive
        PRINTED = "printed", _("打印过")
        CONTACT = "contact", _("看过完整联系方式")  # in full, not masked

    reader = models.CharField(max_length=64)  # an actor's id
    role = models.CharField(max_length=16, blank=True)
    organisation = models.CharField(max_length=36, blank=True)  # its public id
    subject = models.CharField(max_length=64)
    what = models.CharField(max_length=12, choices=What)
    at = models.DateTimeField()
    window = models.BigIntegerField()  # ten minutes since 1970, see `reading.WINDOW_SECONDS`

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["reader", "window", "subject", "what"], name="one_reading_in_ten_minutes"
            )
        ]
        indexes = [
            models.Index(fields=["subject", "at"]),
            models.Index(fields=["window"]),
        ]

    def __str__(self) -> str:
        return f"{self.reader} {self.what} {self.subject}"
