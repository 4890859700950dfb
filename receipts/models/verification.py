"""How often somebody typed a verify code that no slip bears."""

from django.db import connection, models
from django.db.models import F


class WrongCodes(models.Model):
    """Wrong codes from one address in one hour. The key is a keyed hash of the address."""

    key = models.CharField(max_length=64)
    hour = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "hour"], name="wrong_codes_once")]

    def __str__(self) -> str:
        return f"{self.hour:%F %H}: {self.count}"

    @classmethod
    def reserve(cls, key: str, hour, most: int) -> bool:
        """Count one more, if `most` are not reached, in one statement: of many tries at the same
        time none slips through, and no answer is given before its try was counted."""
        table = connection.ops.quote_name(cls._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} (key, hour, count) VALUES (%s, %s, 1) "  # noqa: S608
                f"ON CONFLICT (key, hour) DO UPDATE SET count = {table}.count + 1 "
                f"WHERE {table}.count < %s RETURNING count",
                [key, connection.ops.adapt_datetimefield_value(hour), most],
            )
            return cursor.fetchone() is not None

    @classmethod
    def give_back(cls, key: str, hour) -> None:
        cls.objects.filter(key=key, hour=hour, count__gt=0).update(count=F("count") - 1)
