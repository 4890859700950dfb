"""What each form of a slip is as a file: how it is drawn, its type, the ending of its name."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from receipts.models import Payment, SlipIssue
from receipts.slip import data
from receipts.slip.content import Copy, slip_content
from receipts.slip.escpos import slip_escpos


@dataclass(frozen=True)
class FormOfSlip:
    draw: Callable[[Payment, Copy], bytes]
    content_type: str
    ending: str


def _pdf_on(paper: str) -> FormOfSlip:
    def draw(payment: Payment, copy: Copy) -> bytes:
        # WeasyPrint takes a second to load: a start or a command that issues nothing need not wait.
        from receipts.slip import signing
        from receipts.slip.pdf import slip_pdf
        from receipts.slip.seal import Seal

        key = signing.key(copy.issued_at)
        signing.remember(key, copy.issued_at)
        said = data.document(payment, copy, form=paper, language=SlipIssue.LANGUAGE)
        seal = Seal(key, copy.issued_at, said, copy.institution)
        content = slip_content(payment, copy)
        return slip_pdf(content, institution=copy.institution, form=paper, seal=seal)

    return FormOfSlip(draw, "application/pdf", "pdf")


def _escpos_on(paper: int) -> FormOfSlip:
    def draw(payment: Payment, copy: Copy) -> bytes:
        return slip_escpos(slip_content(payment, copy), paper)

    return FormOfSlip(draw, "application/octet-stream", "bin")


@cache
def load() -> None:
    """Import all that a slip needs, once a process: a package or a library that is missing is
    noticed before a customer asks. Raises ImportError, OSError."""
    from receipts.slip import escpos, pades, pdf, picture, time_stamps  # noqa: F401

    escpos.loaded()


FORMS: dict[str, FormOfSlip] = {
    SlipIssue.Form.MM80: _pdf_on(SlipIssue.Form.MM80),
    SlipIssue.Form.MM58: _pdf_on(SlipIssue.Form.MM58),
    SlipIssue.Form.A4: _pdf_on(SlipIssue.Form.A4),
    SlipIssue.Form.THERMAL58: _escpos_on(58),
    SlipIssue.Form.THERMAL80: _escpos_on(80),
}
