"""The page on which an organisation keeps its canned replies; on both sides."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from disputes import actions
from disputes.actions.canned import known_to, may_keep
from disputes.desk.deeds import refusal
from disputes.models import CannedReply
from disputes.models.canned import Language
from disputes.models.message import Audience
from disputes.policy.table import OPERATIONS, SUPERVISOR, SUPPORT
from portal.accounts.access import CASE_READERS, MERCHANT, role_required
from portal.accounts.models import Role

FIELDS = ("name", "language", "audience", "team", "body")


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*CASE_READERS)
def of_institution(request):
    return _page(request, "desk:replies")


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*MERCHANT)
def of_merchant(request):
    return _page(request, "merchant_cases:replies")


def _page(request, here: str):
    if request.method != "POST":
        return _show(request, here, _one(request, request.GET.get("edit", "")))
    form, reply = request.POST, _one(request, request.POST.get("reply", ""))
    do = form.get("do")
    if do not in {"keep", "drop"} or (do == "drop" and reply is None):
        raise Http404
    try:
        if do == "drop" and reply is not None:
            actions.drop_reply(reply, actor=request.actor)
            said = _("不再保留“%(name)s”了。") % {"name": reply.name}
        else:
            values = {name: form.get(name, "") for name in FIELDS}
            kept = actions.keep_reply(actor=request.actor, reply=reply, **values)
            said = _("存好了：“%(name)s”。") % {"name": kept.name}
    except actions.Refused as error:
        return _show(request, here, reply, refusal(request, error))
    messages.success(request, said)
    return redirect(here)


def _one(request, key: str) -> CannedReply | None:
    """None for no key. Raises Http404 for one that is not theirs."""
    if not key:
        return None
    number = int(key) if key.isascii() and key.isdigit() and len(key) < 18 else 0
    return get_object_or_404(CannedReply.objects.visible_to(request.actor), pk=number)


def _show(request, here: str, reply: CannedReply | None, errors: dict[str, str] | None = None):
    actor, ours = request.actor, request.actor.is_institution
    first = {"language": get_language(), "audience": Audience.ALL.value}
    source = request.POST if errors else (vars(reply) if reply else first)
    context = {
        "here": here,
        "replies": list(CannedReply.objects.visible_to(actor).select_related("changed_by")),
        "reply": reply,
        "form": {name: source.get(name, "") for name in FIELDS},
        "errors": errors or {},
        "may_keep": may_keep(actor),
        "placeholders": known_to(actor),
        "languages": Language.choices,
        "audiences": [(code, _audience(code, ours)) for code in Audience.values],
        "teams": _teams() if ours else [],
    }
    status = 422 if errors else 200
    return render(request, "disputes/desk/replies.html", context, status=status)


def _audience(code: str, ours: bool) -> str:
    return {
        Audience.ALL.value: _("客户（大家都看得到）"),
        Audience.MERCHANT.value: _("仅商户与机构可见"),
        Audience.INTERNAL.value: _("内部备注，仅本机构可见") if ours else _("内部备注，仅本店可见"),
    }[code]


def _teams() -> list[tuple[str, str]]:
    roles = (SUPPORT, SUPERVISOR, OPERATIONS)
    return [("", _("所有人")), *((role, str(Role(role).label)) for role in roles)]
