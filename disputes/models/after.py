"""After a case: what the customer says of it, what people suggest, what is done about it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from disputes.models.case import Case
from portal.accounts.models import User


class Solved(models.TextChoices):
    YES = "yes", _("解决了")
    PARTLY = "partly", _("解决了一部分")
    NO = "no", _("没有解决")


class Effort(models.IntegerChoices):
    """How hard it was for the customer, the first the easiest."""

    VERY_EASY = 1, _("很省事")
    EASY = 2, _("还算省事")
    SO_SO = 3, _("一般")
    HARD = 4, _("有点费劲")
    VERY_HARD = 5, _("很费劲")


class SurveyAnswer(models.Model):
    """Two questions after closing. A case that was taken up again may be asked about again."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="survey_answers")
    closing = models.PositiveSmallIntegerField(help_text="which closing of the case, from 1")
    solved = models.CharField(max_length=8, choices=Solved)
    effort = models.PositiveSmallIntegerField(choices=Effort)
    answered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "closing"], name="one_answer_a_closing"),
            models.CheckConstraint(condition=Q(solved__in=list(Solved)), name="solved_is_known"),
            models.CheckConstraint(
                condition=Q(effort__gte=1, effort__lte=5), name="effort_is_one_to_five"
            ),
        ]
        indexes = [models.Index(fields=["answered_at"], name="answers_by_time")]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.solved}, {self.effort}"


class Suggestion(models.Model):
    """How something could go better, in the words of a customer or of staff."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, blank=True)
    author = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, help_text="none: the customer"
    )
    body = models.TextField()
    made_at = models.DateTimeField()
    settled_at = models.DateTimeField(
        null=True, blank=True, help_text="became an action item, or was put aside with a reason"
    )
    put_aside = models.CharField(max_length=200, blank=True, help_text="why nothing follows")

    class Meta:
        verbose_name = _("建议")
        verbose_name_plural = _("建议")
        indexes = [
            models.Index(
                fields=["id"], condition=Q(settled_at__isnull=True), name="suggestions_open"
            )
        ]

    def __str__(self) -> str:
        return self.body[:40]


class ActionItem(models.Model):
    """Something to be done so that it happens less: with an owner and a day, seen until done."""

    title = models.CharField(max_length=120)
    suggestion = models.OneToOneField(
        Suggestion, on_delete=models.PROTECT, null=True, blank=True, related_name="item"
    )
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="action_items")
    due_on = models.DateField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("改进事项")
        verbose_name_plural = _("改进事项")
        indexes = [
            models.Index(
                fields=["due_on", "id"], condition=Q(done_at__isnull=True), name="items_open"
            )
        ]

    def __str__(self) -> str:
        return self.title
