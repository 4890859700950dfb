from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from disputes.policy import limits, refund_limits
from disputes.policy_forms.base import Rows, VersionForm


class NumbersForm(VersionForm):
    """Each clock's number and unit; what each role lets go back alone."""

    title = gettext_lazy("时限和退款额度")

    @classmethod
    def with_fields(cls, about, version):
        """Fields for every clock there is, so that a new clock needs no new form."""
        fields: dict[str, forms.Field] = {}
        for clock, label in limits.LABELS.items():
            fields[f"{clock}_amount"] = forms.IntegerField(label=label, min_value=0, max_value=3650)
            fields[f"{clock}_unit"] = forms.ChoiceField(
                label=gettext_lazy("单位"), choices=list(limits.UNITS.items())
            )
        for role, label in refund_limits.LABELS.items():
            fields[f"refund_{role}"] = forms.DecimalField(
                label=label,
                min_value=0,
                max_value=refund_limits.MOST // 100,
                decimal_places=2,
                help_text=gettext_lazy("0 表示每一笔都要另一个人批准。"),
            )
        fields["refund_arrives_amount"] = forms.IntegerField(
            label=refund_limits.ARRIVES_LABEL, min_value=1, max_value=3650
        )
        fields["refund_arrives_unit"] = forms.ChoiceField(
            label=gettext_lazy("单位"), choices=list(limits.UNITS.items())
        )
        return type("NumbersForm", (cls,), fields)

    @classmethod
    def rows(cls, about, version) -> Rows:
        clocks = [(f"{clock}_amount", f"{clock}_unit") for clock in limits.DEFAULTS]
        roles = [f"refund_{role}" for role in refund_limits.ROLES]
        return [*clocks, *roles, ("refund_arrives_amount", "refund_arrives_unit")]

    @classmethod
    def first(cls, about, version) -> dict[str, Any]:
        first: dict[str, Any] = {}
        for clock, entry in version.limits.items():
            first |= {f"{clock}_amount": entry["amount"], f"{clock}_unit": entry["unit"]}
        for role in refund_limits.ROLES:
            first[f"refund_{role}"] = Decimal(version.refund_limits[role]) / 100
        arrives = version.refund_limits[refund_limits.ARRIVES]
        first["refund_arrives_amount"] = arrives["amount"]
        first["refund_arrives_unit"] = arrives["unit"]
        return first

    def changed(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {
            "limits": {
                clock: {"amount": given[f"{clock}_amount"], "unit": given[f"{clock}_unit"]}
                for clock in limits.DEFAULTS
            },
            "refund_limits": {
                **{role: int(given[f"refund_{role}"] * 100) for role in refund_limits.ROLES},
                refund_limits.ARRIVES: {
                    "amount": given["refund_arrives_amount"],
                    "unit": given["refund_arrives_unit"],
                },
            },
        }
