from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from disputes import policy
from disputes.policy import reasons
from disputes.policy_forms.base import Rows, VersionForm

NEW = ("new1", "new2", "new3")  # rows to be filled in for more


class ReasonsForm(VersionForm):
    """One list of reasons: worded in both languages, ordered by number, retired by a tick."""

    title = reasons.TITLE

    @classmethod
    def abouts(cls):
        return [(name, reasons.title(name)) for name in reasons.delivered(policy.KINDS)]

    @classmethod
    def _rows(cls, about, version) -> list[dict]:
        return reasons.in_both(version.reasons, about, policy.KINDS)

    @classmethod
    def with_fields(cls, about, version):
        fields: dict[str, Any] = {"about": about}
        codes = [each["code"] for each in cls._rows(about, version)]
        for code in (*codes, *NEW):
            new = code in NEW
            zh = gettext_lazy("新的一条，中文") if new else gettext_lazy("中文")
            for part, label in (("zh", zh), ("en", gettext_lazy("英文"))):
                fields[f"{code}_{part}"] = forms.CharField(
                    label=label, required=not new, max_length=reasons.LONGEST
                )
            fields[f"{code}_order"] = forms.IntegerField(
                label=gettext_lazy("次序"), min_value=0, max_value=9999, required=not new
            )
            if not new:
                fields[f"{code}_retired"] = forms.BooleanField(
                    label=gettext_lazy("停用：不能再选，用过它的案件照旧"), required=False
                )
        return type(cls.__name__, (cls,), fields)

    @classmethod
    def rows(cls, about, version) -> Rows:
        parts = ("zh", "en", "order", "retired")
        codes = [each["code"] for each in cls._rows(about, version)]
        known: Rows = [tuple(f"{code}_{part}" for part in parts) for code in codes]
        return [*known, *(tuple(f"{code}_{part}" for part in parts[:3]) for code in NEW)]

    @classmethod
    def first(cls, about, version) -> dict[str, Any]:
        return {
            f"{each['code']}_{part}": value
            for number, each in enumerate(cls._rows(about, version), start=1)
            for part, value in (
                *((part, each[part]) for part in ("zh", "en", "retired")),
                ("order", number * 10),
            )
        }

    def clean(self):
        for code in NEW:
            given = [self.cleaned_data.get(f"{code}_{part}", "") for part in ("zh", "en")]
            if any(given) and not all(given):
                empty = f"{code}_{'en' if given[0] else 'zh'}"
                self.add_error(empty, gettext_lazy("两种语言都要写。"))
        return super().clean()

    def changed(self) -> dict[str, Any]:
        current, given = policy.current_version(), self.cleaned_data
        rows = []
        for each in self._rows(self.about, current):
            code = each["code"]
            row = {part: given[f"{code}_{part}"] for part in ("zh", "en", "retired")}
            rows.append((given[f"{code}_order"], {"code": code} | row))
        number = reasons.next_code(current.reasons)
        for code in NEW:
            if given[f"{code}_zh"]:
                row = {part: given[f"{code}_{part}"] for part in ("zh", "en")}
                order = given[f"{code}_order"]
                order = 9999 if order is None else order
                rows.append((order, {"code": f"own_{number}"} | row | {"retired": False}))
                number += 1
        rows.sort(key=lambda pair: pair[0])  # those of one number stay as they stood
        changed = current.reasons | {self.about: [row for _order, row in rows]}
        if changed[self.about] == self._rows(self.about, current):
            changed = current.reasons
        return {"reasons": changed}
