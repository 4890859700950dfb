"""The policy: read, and changed by making a new version. An old one never changes."""

from decimal import Decimal

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disputes import policy
from disputes.address_admin import AddressBookAdmin
from disputes.models import PolicyVersion
from disputes.policy import changing, limits, refund_limits
from disputes.successive_admin import SuccessiveAdmin, SuccessorForm
from portal import money
from portal.accounts.errors import Invalid

__all__ = ["AddressBookAdmin", "NewVersionForm", "PolicyVersionAdmin"]


class NewVersionForm(SuccessorForm):
    """Each clock's number and unit, filled in as they are now."""

    consequence = gettext_lazy("新立的案件按新规则；已立的案件按它开始时的规则办完。")

    class Meta:
        model = PolicyVersion
        fields: list[str] = []

    def entries(self) -> dict:
        given = self.cleaned_data
        return {
            clock: {"amount": given[f"{clock}_amount"], "unit": given[f"{clock}_unit"]}
            for clock in limits.DEFAULTS
        }

    def refunds(self) -> dict:
        given = self.cleaned_data
        return {
            **{role: int(given[f"refund_{role}"] * 100) for role in refund_limits.ROLES},
            refund_limits.ARRIVES: {
                "amount": given["refund_arrives_amount"],
                "unit": given["refund_arrives_unit"],
            },
        }

    def clean(self):
        if not self.errors:
            try:
                changing.check(
                    self.entries(),
                    policy.current_version(),
                    self.cleaned_data["after"],
                    self.refunds(),
                )
            except Invalid as refused:
                raise ValidationError(refused.message) from None
            except ValidationError as refused:
                raise ValidationError(refused.messages) from None
        return self.cleaned_data


@admin.register(PolicyVersion)
class PolicyVersionAdmin(SuccessiveAdmin):
    @admin.display(description=gettext_lazy("时限"))
    def in_words(self, version: PolicyVersion) -> str:
        arrives = limits.Limit.read(version.refund_limits[refund_limits.ARRIVES])
        return _("；").join(
            [
                *(
                    f"{limits.LABELS[clock]} {limits.Limit.read(entry).words}"
                    for clock, entry in version.limits.items()
                ),
                *(
                    f"{label} {money.digits(version.refund_limits[role])}"
                    for role, label in refund_limits.LABELS.items()
                ),
                f"{refund_limits.ARRIVES_LABEL} {arrives.words}",
            ]
        )

    def next_form(self) -> type[SuccessorForm]:
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
        return NewVersionForm.of(fields)

    def next_fieldsets(self) -> list:
        rows: list[str | tuple[str, str]] = [
            (f"{clock}_amount", f"{clock}_unit") for clock in limits.DEFAULTS
        ]
        rows += [f"refund_{role}" for role in refund_limits.ROLES]
        rows.append(("refund_arrives_amount", "refund_arrives_unit"))
        return [(None, {"fields": rows})]

    def get_changeform_initial_data(self, request):
        current = policy.current_version()
        first: dict = {"after": current.number}
        for clock, entry in current.limits.items():
            first |= {f"{clock}_amount": entry["amount"], f"{clock}_unit": entry["unit"]}
        for role in refund_limits.ROLES:
            first[f"refund_{role}"] = Decimal(current.refund_limits[role]) / 100
        arrives = current.refund_limits[refund_limits.ARRIVES]
        first["refund_arrives_amount"] = arrives["amount"]
        first["refund_arrives_unit"] = arrives["unit"]
        return first

    def make_next(self, form, actor) -> PolicyVersion:
        return changing.new_version(
            form.entries(),
            refunds=form.refunds(),
            note=form.cleaned_data["note"],
            after=form.cleaned_data["after"],
            actor=actor,
        )
