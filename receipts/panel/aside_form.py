"""The form of one row that was put aside: its kept fields, the fault beside the field at fault."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from receipts.imports import field_names, formats, kept, reasons
from receipts.imports.columns import ORIGINAL, REVERSALS
from receipts.imports.formats import Format, plain
from receipts.models import PutAside, Reversal
from receipts.models.payment import EntryMode, Kind, SlipCause, SlipPrinted, Status

LONGEST = 200
FIRST = ("kind", "status", "amount")
PLACE = ("merchant_no", "merchant_name", "terminal_no")
NUMBERS = ("source_id", "batch_no", "voucher_no", "rrn", "acquirer_code")
_MEANINGS = {
    "kind": dict(Kind.choices) | dict(Reversal.Kind.choices),
    "status": dict(Status.choices),
    "entry_mode": dict(EntryMode.choices),
    "slip_printed": dict(SlipPrinted.choices),
    "slip_cause": dict(SlipCause.choices),
}


@dataclass
class Field:
    name: str
    label: str
    value: str = ""
    error: str = ""
    hint: str = ""
    choices: list[tuple[str, str]] | None = None

    @property
    def said(self) -> str:
        """The value as a person reads it."""
        return dict(self.choices or []).get(self.value, self.value)


@dataclass
class Group:
    title: str
    fields: list[Field] = field(default_factory=list)


@dataclass
class RowForm:
    row: PutAside
    format_name: str  # the notation in which the form is read; "" for the row's own
    is_gone: bool  # of the row's own format nothing is left on this machine
    groups: list[Group]

    @property
    def names(self) -> list[str]:
        return [each.name for group in self.groups for each in group.fields]

    def read(self, posted) -> dict[str, str]:
        return {name: posted.get(name, "").strip()[:LONGEST] for name in self.names}


def form(row: PutAside) -> RowForm:
    try:
        return _Maker(row, kept.format_of(row), is_gone=False).make("")
    except formats.FormatError:
        return _Maker(row, formats.get(kept.CANONICAL), is_gone=True).make(kept.CANONICAL)


class _Maker:
    def __init__(self, row: PutAside, format: Format, is_gone: bool):
        self.row, self.format, self.is_gone = row, format, is_gone
        self.kept = {
            name: text.strip(format.around + " \t") for name, text in kept.fields_of(row).items()
        }
        self.times = self._times()
        self.fault = self._field_at_fault()

    def make(self, format_name: str) -> RowForm:
        groups = [
            Group(_("这笔交易"), self._fields([*FIRST, *self.times, "settled_on", "card"])),
            Group(_("商户和终端"), self._fields(PLACE)),
            Group(_("认出这笔交易的编号"), self._fields(NUMBERS)),
        ]
        if self._is_reversal():
            groups.append(Group(_("原交易"), self._fields(ORIGINAL)))
        shown = {each.name for group in groups for each in group.fields}
        rest = [name for name in kept.ORDER if name in self.kept and name not in shown]
        if self.fault and self.fault not in {*shown, *rest}:
            rest.append(self.fault)
        if rest:
            groups.append(Group(_("其他栏目"), self._fields(rest)))
        return RowForm(self.row, format_name, self.is_gone, groups)

    def _times(self) -> list[str]:
        if "date" in self.kept or "time" in self.kept:
            both = ["date", "time"]
            return [*both, "date_time"] if "date_time" in self.kept else both
        return ["date_time"] if "date_time" in self.format.columns else ["date", "time"]

    def _is_reversal(self) -> bool:
        words = self.format.words.get("kind", {})
        said = self.kept.get("kind", "")
        meaning = words.get(plain(said), said)
        return (
            meaning in REVERSALS
            or self.row.reason in {"waiting", "no_original"}
            or any(name in self.kept for name in ORIGINAL)
        )

    def _field_at_fault(self) -> str:
        """Where the reason stands; a day that cannot be may be written together with its hour."""
        name = self.row.column
        if self.row.state == PutAside.State.SOLVED or name not in formats.FIELDS:
            return ""
        if name == "date" and self.row.reason in {"time", "time_missing"}:
            name = "time"
        return name if name not in {"date", "time"} or name in self.times else "date_time"

    def _fields(self, names) -> list[Field]:
        return [self._field(name) for name in names]

    def _field(self, name: str) -> Field:
        text = self.kept.get(name, "")
        made = Field(name, field_names.of(name), text)
        if self.is_gone and name not in kept.SAME_EVERYWHERE and text:
            made.value = ""
            made.hint = _("文件里写的是：{text}").format(text=text)
        elif name == "card":
            made.hint = _("只留后四位")
        if name == self.fault:
            made.error = reasons.of_row(self.row.reason)
        if name in _MEANINGS:
            made.choices = self._choices(name, made)
        return made

    def _choices(self, name: str, made: Field) -> list[tuple[str, str]]:
        """A word of the format for each meaning; what was written, where it is none of them."""
        words = self.format.words.get(name) or {plain(word): word for word in formats.WORDS[name]}
        first: dict[str, str] = {}
        for word, meaning in words.items():
            first.setdefault(meaning, word)
        if (said := words.get(plain(made.value))) is not None:
            first[said] = made.value  # as it was written: to leave it is no change
        choices = [("", str(_NOT_SAID))]
        if made.value and made.value not in first.values():
            choices.append((made.value, _("{word}（不认识）").format(word=made.value)))
        known = _MEANINGS[name]
        return choices + [(word, str(known.get(means) or word)) for means, word in first.items()]


_NOT_SAID = gettext_lazy("没有写")
