"""What somebody who signs in is told inside the product, beside mail."""

from django.core.cache import cache
from django.db import models, transaction
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
    to_gather = models.BooleanField(
        default=False, help_text="one mail is to tell of it and others (disputes.gathered)"
    )

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
            models.Index(fields=["made_at"], condition=Q(to_gather=True), name="notices_to_gather"),
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


KEPT_FOR = 60  # seconds; a notice that comes or is read is seen at once


def unread(actor) -> int:
    """For the bell of every page; counted up to one more than MANY."""
    if actor is None or actor.user is None or actor.organisation is None:
        return 0
    user, organisation = actor.user.pk, actor.organisation.pk
    number = cache.get(_key(user, organisation))
    if number is None:
        number = len(_unread.all(user=user, organisation=organisation))
        cache.set(_key(user, organisation), number, KEPT_FOR)
    return number


def count_again(user: int, organisation: int) -> None:
    """After a change, now and once it is committed."""
    cache.delete(_key(user, organisation))
    transaction.on_commit(lambda: cache.delete(_key(user, organisation)))


def _key(user: int, organisation: int) -> str:
    return f"bell:{user}:{organisation}"
