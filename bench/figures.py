"""One measured figure and the limit it must keep."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """`most` and `least` are limits, each may be absent; `note` says against what it was held."""

    name: str
    value: float
    unit: str
    most: float | None = None
    least: float | None = None
    note: str = ""

    @property
    def holds(self) -> bool:
        return (self.most is None or self.value <= self.most) and (
            self.least is None or self.value >= self.least
        )

    def line(self, width: int = 0) -> str:
        value = f"{self.value:.0f}" if float(self.value).is_integer() else f"{self.value:.2f}"
        limit = "" if self.most is None else f"at most {self.most:g}"
        limit = limit if self.least is None else f"at least {self.least:g}"
        mark = "" if self.holds else "   BEYOND THE LIMIT"
        tail = "   ".join(part for part in (limit, self.note) if part)
        return f"{self.name:<{width}}  {value:>10} {self.unit:<8} {tail}{mark}".rstrip()
