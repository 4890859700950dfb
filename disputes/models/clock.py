"""What happened to a case's clocks. Time used and time left are computed from these rows alone."""

from django.db import models

from disputes.models.case import Case


class ClockEvent(models.Model):
    class What(models.TextChoices):
        START = "start"
        PAUSE = "pause"
        RESUME = "resume"
        STOP = "stop"
        EXTEND = "extend"  # from here on `limit` counts, whatever the policy says
        TOLD = "told"  # somebody was told that it is about to run out, or has; the clock runs on

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="clock_events")
    clock = models.CharField(max_length=24)  # a key of PolicyVersion.limits
    run = models.PositiveSmallIntegerField(default=1, help_text="a clock may start again")
    what = models.CharField(max_length=8, choices=What)
    at = models.DateTimeField()
    reason = models.CharField(max_length=40)
    limit = models.JSONField(
        null=True,
        blank=True,
        help_text="of an extension, or of a start that brought its own: the whole limit",
    )

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["case", "clock", "run"])]

    def __str__(self) -> str:
        return f"{self.clock} {self.run}: {self.what}"
