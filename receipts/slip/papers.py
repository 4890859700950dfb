"""The papers a slip is printed on: a template, a style sheet, and how amounts are set there."""

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from receipts.models import SlipIssue

FOLDER = Path("receipts") / "slip"


@dataclass(frozen=True, slots=True)
class Paper:
    """`name` is that of its template and its style sheet.

    A roll is one page, cut below the last line; a sheet has as many pages as it takes. `large` and
    `middle` are the digits and separators up to which an amount stays in its first and second size.
    """

    name: str
    roll: bool
    large: int
    middle: int

    @property
    def template(self) -> str:
        return (FOLDER / f"{self.name}.html").as_posix()

    @property
    def style(self) -> Path:
        return Path(settings.BASE_DIR) / "templates" / FOLDER / f"{self.name}.css"

    def amount_size(self, digits: str) -> str:
        """The style class of an amount that is too long for the first size."""
        if len(digits) <= self.large:
            return ""
        return " middle" if len(digits) <= self.middle else " little"


PAPERS: dict[str, Paper] = {
    SlipIssue.Form.MM80: Paper("80mm", roll=True, large=11, middle=15),
    SlipIssue.Form.MM58: Paper("58mm", roll=True, large=9, middle=13),
    SlipIssue.Form.A4: Paper("a4", roll=False, large=15, middle=20),
}
