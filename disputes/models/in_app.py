"""What somebody who signs in is told inside the product, beside mail."""

from django.db import models
from django.db.models import Q

from disputes.models.case import Case
from portal.accounts.models import Organisation, User
from portal.compiled import Compiled, Later


class InAppNoticeQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """One's own, of the organisation one works for now; of a locked case nothing is told."""
        if actor is None or actor.user is None or actor.organisation is None:
            return self.none()
        return self.filter(user=actor.user, organisation=actor.organisation, case__locked_at=None)


class InAppNotice(models.Model):
    """Written in the transaction of what it tells of; says which step it was and nothing of the
    matter, so that it is read in the reader's language and holds nothing to be erased."""

    effect_key = models.CharField(max_length=120, unique=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=48, help_text="the step (disputes.in_app.WORDS)")
    path = models.CharField(max_length=120, help_text="of the page it leads to")
    made_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    objects = InAppNoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["user", "organisation"],
                condition=Q(read_at__isnull=True),
                name="notices_unread",
            ),
            models.Index(fields=["user", "organisation", "-id"], name="notices_of_person"),
            models.Index(fields=["made_at"], name="notices_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.what}"


MANY = 99
_unread = Compiled(
    lambda: (
        InAppNotice.objects.filter(
            user=Later("user", models.BigAutoField()),
            organisation=Later("organisation", models.BigAutoField()),
            read_at=None,
            case__locked_at=None,
        )
        .order_by()
        .values_list("pk")[: MANY + 1]
    )
)


def unread(actor) -> int:
    """For the bell of every page; counted up to one more than MANY."""
    if actor is None or actor.user is None or actor.organisation is None:
        return 0
    return len(_unread.all(user=actor.user.pk, organisation=actor.organisation.pk))
