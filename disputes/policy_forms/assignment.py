from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from disputes.assigning import workers
from disputes.policy import assignment
from disputes.policy_forms.base import Rows, VersionForm
from receipts.models import Merchant


class AssignmentForm(VersionForm):
    """The rule, and for some merchants a person by name."""

    title = pgettext_lazy("the rules of it", "分派")

    rule = forms.ChoiceField(
        label=gettext_lazy("案件到了机构，由谁负责"),
        choices=list(assignment.RULES.items()),
        widget=forms.RadioSelect,
        help_text=gettext_lazy("随时可以由人改派；离开的人不会再分到。"),
    )
    named = forms.CharField(
        label=gettext_lazy("指定的人"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("一行一家：商户号、空格、负责人的用户名。只在按商户分派时用。"),
    )

    @classmethod
    def rows(cls, about, version) -> Rows:
        return ["rule", "named"]

    @classmethod
    def first(cls, about, version) -> dict[str, Any]:
        named = version.assignment["named"]
        names = dict(
            workers()
            .filter(user__public_id__in=named.values())
            .values_list("user__public_id", "user__username")
        )
        known = {str(key): name for key, name in names.items()}
        lines = [f"{no} {known[key]}" for no, key in sorted(named.items()) if key in known]
        return {"rule": version.assignment["rule"], "named": "\n".join(lines)}

    def clean_named(self) -> dict[str, str]:
        pairs = [line.split() for line in self.cleaned_data["named"].splitlines() if line.strip()]
        people = dict(workers().values_list("user__username", "user__public_id"))
        named: dict[str, str] = {}
        for pair in pairs:
            number, name = pair if len(pair) == 2 else ("", "")
            if not Merchant.objects.filter(merchant_no=number).exists():
                raise ValidationError(_("没有这家商户：{line}").format(line=" ".join(pair)))
            if name not in people:
                raise ValidationError(_("没有能办案件的这个人：{name}").format(name=name))
            if number in named:
                raise ValidationError(_("写了两次：{number}").format(number=number))
            named[number] = str(people[name])
        return named

    def changed(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {"assignment": {"rule": given["rule"], "named": given["named"]}}
