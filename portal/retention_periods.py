"""How long each class of data is kept, as the settings say it (docs/privacy.md).

A period below what a rule asks for is refused at the start: a typing error there cannot be undone.
"""

from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True)
class Default:
    """`days`, and the `least` that may be set; years count 365.25 days, rounded up."""

    days: int
    least: int


def _years(number: int) -> int:
    return -(-number * 1461 // 4)


DEFAULTS = {
    # AML law 2024 art. 34; PBOC Order 2025 No. 11 art. 42, 44: from the transaction.
    "transactions": Default(_years(10), _years(10)),
    # Our promise is five years from closing; never under three (PBOC Order 2020 No. 5 art. 44).
    "cases": Default(_years(5), _years(3)),
    # Names of people who have left: as long as the cases that they answered for.
    "accounts": Default(_years(5), _years(3)),
    # Above the six months of PBOC Order 2025 No. 3 art. 30.
    "look_ups": Default(365, 183),
    "readings": Default(365, 183),
    "access_words": Default(365, 183),
    # What went out: the address, then the row that keeps it from going out twice.
    "addresses": Default(30, 1),
    "outbox": Default(365, 90),
}


def read(env) -> dict[str, int]:
    """Class → days, from RETENTION_<CLASS>_DAYS. Raises ImproperlyConfigured below the least."""
    days = {}
    for name, default in DEFAULTS.items():
        variable = f"RETENTION_{name.upper()}_DAYS"
        days[name] = env.int(variable, default=default.days)
        if days[name] < default.least:
            raise ImproperlyConfigured(f"{variable} is {days[name]}, least is {default.least}")
    return days
