"""Keys of programs: for administrators and operations to see, make and revoke."""

import json

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts.access import ADMIN, note_refusal, role_required
from portal.accounts.errors import Invalid, NotAllowed
from portal.accounts.models import Role
from portal.accounts.sealing import seal, unseal
from portal.api import keys
from portal.api.models import ApiKey, Scope

KEEPERS = (*ADMIN, Role.OPERATIONS)
MADE = "api_key_made"  # where in the session the new key's text lies, sealed, until it is shown
ROWS = 200


class KeyForm(forms.Form):
    client = forms.CharField(
        label=gettext_lazy("给谁用"),
        max_length=40,
        help_text=gettext_lazy("对方程序的名称：小写字母、数字和连字符，例如 acquirer-host"),
        error_messages={"required": gettext_lazy("请填对方程序的名称")},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}
        ),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("可以做什么"),
        choices=Scope.choices,
        error_messages={"required": gettext_lazy("请选它可以做什么")},
        widget=forms.CheckboxSelectMultiple,
    )
    merchants = forms.CharField(
        label=gettext_lazy("只限这些商户"),
        required=False,
        max_length=20_000,
        help_text=gettext_lazy("商户编号，一行一个；不填就是全部商户"),
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off", "spellcheck": "false"}),
    )


@require_safe
@role_required(*KEEPERS)
def key_list(request):
    """The valid ones first, the newest on top."""
    rows = ApiKey.objects.select_related("client", "made_by").order_by(
        F("revoked_at").desc(nulls_first=True), "-pk"
    )[:ROWS]
    context = {"rows": [(key, _scopes(key)) for key in rows]}
    return render(request, "portal/api/keys.html", context)


def _scopes(key: ApiKey) -> str:
    names = dict(Scope.choices)
    return _("、").join(str(names.get(scope, scope)) for scope in key.scopes)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*KEEPERS)
@reauthentication_required(allow_get=True)
def make(request):
    """The text of a key is shown by the next page, once."""
    form = KeyForm(request.POST or None, initial={"scopes": [Scope.TRANSACTIONS_WRITE]})
    if request.method == "POST" and form.is_valid():
        try:
            key, text = keys.issue(
                form.cleaned_data["client"],
                scopes=form.cleaned_data["scopes"],
                merchants=form.cleaned_data["merchants"].split(),
                actor=request.actor,
            )
        except Invalid as error:
            form.add_error(error.field, error.message)
        except NotAllowed:
            note_refusal(request)
            raise PermissionDenied from None
        else:
            request.session[MADE] = seal(json.dumps([key.prefix, text]))
            return redirect("keys:key", key.prefix)
    return render(request, "portal/api/make_key.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*KEEPERS)
def one_key(request, prefix: str):
    key = get_object_or_404(ApiKey.objects.select_related("client", "made_by"), prefix=prefix)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            keys.revoke(prefix, actor=request.actor, reason=request.POST.get("reason", ""))
        except Invalid as error:
            errors[error.field] = error.message
        except ApiKey.DoesNotExist:
            raise Http404 from None
        except NotAllowed:
            note_refusal(request)
            raise PermissionDenied from None
        else:
            messages.success(request, _("已吊销，对方的下一次请求就会被拒绝。"))
            return redirect("keys:keys")
    return render(
        request,
        "portal/api/key.html",
        {
            "key": key,
            "scopes": _scopes(key),
            "text": _text_just_made(request, prefix) if request.method == "GET" else "",
            "errors": errors,
            "reason": request.POST.get("reason", ""),
        },
    )


def _text_just_made(request, prefix: str) -> str:
    made = request.session.get(MADE)
    if not made:
        return ""
    of, text = json.loads(unseal(made))
    if of != prefix:
        return ""
    del request.session[MADE]
    return text
