"""A slip that is being drawn, and what went wrong where one could not be."""

from django.db import models

from receipts.models.payment import Payment
from receipts.models.slip import SlipIssue


class SlipDrawing(models.Model):
    """Who draws this slip at the moment, or that it is still to be drawn.

    The row is there while a process draws, and stays where that failed or was killed: the worker
    tries again at `due_at`. It goes in the transaction that writes the issue.
    """

    payment = models.ForeignKey(Payment, on_delete=models.CASCADE, related_name="+")
    form = models.CharField(max_length=8, choices=SlipIssue.Form)
    copy = models.CharField(max_length=12, choices=SlipIssue.Copy)
    language = models.CharField(max_length=10)
    holder = models.CharField(max_length=32, blank=True, help_text="empty: nobody draws it now")
    held_until = models.DateTimeField(help_text="a drawing killed in the middle ends here")
    failures = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True, help_text="when the worker tries; none: given up")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["payment", "form", "copy", "language"], name="drawn_by_one_at_a_time"
            )
        ]
        indexes = [models.Index(fields=["due_at"], name="drawing_by_due")]

    def __str__(self) -> str:
        return f"{self.payment_id} {self.form} {self.copy}"


class SlipTrouble(models.Model):
    """One kind of failure, told to operations once a day while it lasts."""

    error = models.CharField(max_length=60, unique=True)
    told_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.error
