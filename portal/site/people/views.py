"""The pages on which an administrator opens the panel for a merchant, and closes it."""

import re

from django import forms
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from disputes.models import Case
from disputes.models.case import Stage
from portal import card_numbers
from portal.accounts.access import ADMIN, role_required
from portal.accounts.errors import Invalid
from portal.accounts.forms import LANGUAGES
from portal.accounts.models import Organisation
from portal.accounts.typed import CardlessForm
from portal.site.people.close_merchant import Why, close_merchant
from portal.site.people.open_merchant import open_merchant
from receipts.models import Merchant

SEPARATORS = re.compile(r"[\s,，、;；]+")


class MerchantForm(CardlessForm):
    words = ("merchant_numbers", "name", "email", "person")

    merchant_numbers = forms.CharField(
        label=gettext_lazy("商户编号"),
        max_length=1600,
        help_text=gettext_lazy("在小票上，15 位。连锁店可填多个，用空格或换行分开。"),
        error_messages={"required": gettext_lazy("请填至少一个商户编号，在小票上，15 位。")},
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
    )
    name = forms.CharField(
        label=gettext_lazy("商户账户的名称"),
        max_length=80,
        error_messages={"required": gettext_lazy("请填商户的名称。")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("店长的邮箱"),
        max_length=254,
        help_text=gettext_lazy("邀请发到这里，以后的通知也发到这里。"),
        error_messages={
            "required": gettext_lazy("请填邮箱。"),
            "invalid": gettext_lazy("请填完整的邮箱地址，例如 name@example.com。"),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    person = forms.CharField(
        label=gettext_lazy("店长的姓名"), max_length=60, required=False, widget=forms.TextInput()
    )
    language = forms.ChoiceField(label=gettext_lazy("邀请信的语言"), choices=LANGUAGES)

    def holds_card_number(self, name: str, text: str) -> bool:
        """A merchant's number has 15 digits and may pass as a card's."""
        if name != "merchant_numbers":
            return super().holds_card_number(name, text)
        return any(
            len(part) != 15 and card_numbers.holds_one(part) for part in SEPARATORS.split(text)
        )

    def clean_merchant_numbers(self) -> list[str]:
        return [each for each in SEPARATORS.split(self.cleaned_data["merchant_numbers"]) if each]


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*ADMIN)
def open_for_merchant(request):
    number = request.GET.get("merchant", "")[:15]
    known = Merchant.objects.filter(merchant_no=number).first() if number else None
    form = MerchantForm(
        request.POST or None,
        initial={"merchant_numbers": number, "name": known.name if known else ""},
    )
    if request.method == "POST" and form.is_valid():
        try:
            invitation = open_merchant(**form.cleaned_data, actor=request.actor)
        except Invalid as error:
            form.add_error(error.field, error.message)
        else:
            messages.success(
                request,
                _("%(name)s已开通，邀请已发到 %(email)s。")
                % {"name": invitation.organisation.name, "email": invitation.email},
            )
            return redirect("account_people")
    return render(request, "portal/site/open_merchant.html", {"form": form, "errors": form.errors})


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*ADMIN)
def close_for_merchant(request, public_id):
    organisation = get_object_or_404(
        Organisation.objects.visible_to(request.actor).filter(is_active=True),
        public_id=public_id,
        kind=Organisation.Kind.MERCHANT,
    )
    errors: dict[str, str] = {}
    if request.method == "POST":
        reason = request.POST.get("reason", "")
        try:
            close_merchant(organisation, reason=reason, actor=request.actor)
        except Invalid as error:
            errors = {error.field: error.message}
        else:
            messages.success(
                request,
                _("%(name)s的账户已停用，等它办的案件转给支付机构。")
                % {"name": organisation.display_name},
            )
            return redirect("account_people")
    context = {
        "organisation": organisation,
        "people": organisation.memberships.filter(is_active=True).count(),
        "waiting": Case.objects.open()
        .filter(organisation=organisation, stage=Stage.MERCHANT)
        .count(),
        "choices": [("", _("请选择")), *Why.choices],
        "reason": request.POST.get("reason", ""),
        "errors": errors,
    }
    status = 422 if errors else 200
    return render(request, "portal/site/close_merchant.html", context, status=status)
