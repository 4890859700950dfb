"""Two questions after closing. Opening the address answers nothing: only the form's POST does."""

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from disputes import actions, case_links
from disputes.actions.answer_survey import may_answer
from disputes.models import Case
from disputes.models.after import Effort, Solved
from disputes.survey_links import PURPOSE
from portal.accounts.actor import Actor
from portal.gate import links, passes


@require_http_methods(["GET", "HEAD", "POST"])
def by_link(request, token: str):
    """From the mail: the link shows the questions, nothing of the case."""
    link = links.find(token)
    if link is None or link.purpose != PURPOSE:
        return render(request, "disputes/guest/survey.html", {"gone": True}, status=404)
    return _ask(request, get_object_or_404(Case, number=link.subject))


@require_http_methods(["GET", "HEAD", "POST"])
def by_case(request, number: str):
    """From the case's own page, in a browser that holds it."""
    if number not in passes.held(request, case_links.PURPOSE):
        raise Http404
    return _ask(request, get_object_or_404(Case, number=number))


def _ask(request, case: Case):
    context = {
        "case": case,
        "solved": Solved.choices,
        "efforts": Effort.choices,
        "given": request.POST,
        "errors": {},
    }
    if request.method != "POST":
        context["thanks"] = "thanks" in request.GET or not may_answer(case)
        return render(request, "disputes/guest/survey.html", context)
    try:
        actions.answer_survey(
            case,
            actor=Actor.consumer(case.subject),
            solved=request.POST.get("solved", ""),
            effort=request.POST.get("effort", ""),
            body=request.POST.get("body", ""),
        )
    except actions.Invalid as invalid:
        context["errors"] = _unanswered(request.POST) | {invalid.field: invalid.message}
        return render(request, "disputes/guest/survey.html", context, status=422)
    except actions.WrongState as error:
        context["errors"] = {"form": error.message}
        return render(request, "disputes/guest/survey.html", context, status=409)
    return redirect(request.path + "?thanks=1")


def _unanswered(given) -> dict[str, str]:
    """Both questions at once, where both were passed over."""
    asks = {"solved": _("请选择问题有没有解决。"), "effort": _("请选择办这件事费不费劲。")}
    return {name: words for name, words in asks.items() if not given.get(name)}
