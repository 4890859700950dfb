"""How far the case numbers of a month have come."""

from django.db import models


class NumberSeries(models.Model):
    month = models.CharField(max_length=4, primary_key=True)  # 2611
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.month}: {self.last}"
