"""What somebody is writing under a case and has not sent: kept against lost typing, shown to nobody
else. It also tells colleagues that somebody is at it."""

from django.db import models

from disputes.models.case import Case
from portal.accounts.models import Organisation, User


class Writing(models.Model):
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="writings")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    chosen = models.CharField(max_length=40, blank=True, help_text="what the words were for")
    body = models.TextField()
    inserted = models.JSONField(
        default=list,
        db_default=[],
        help_text="[audience, words] put in from canned replies, that go no further than that",
    )
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "user"], name="one_writing_of_a_person")
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.user_id}"
