"""The policy: read, and changed by making a new version. An old one never changes."""

from django.contrib import admin
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disputes import policy
from disputes.address_admin import AddressBookAdmin
from disputes.models import PolicyVersion
from disputes.policy import assignment, changing, limits, refund_limits
from disputes.policy_forms import FORMS, VersionForm
from disputes.successive_admin import SuccessiveAdmin
from portal import money

__all__ = ["AddressBookAdmin", "PolicyVersionAdmin"]


@admin.register(PolicyVersion)
class PolicyVersionAdmin(SuccessiveAdmin):
    add_form_template = "admin/disputes/policyversion/add_form.html"

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
                str(assignment.RULES[version.assignment["rule"]]),
            ]
        )

    def get_form(self, request, obj=None, change=False, **kwargs):
        if obj is not None:
            return super().get_form(request, obj, change, **kwargs)
        form, about = _asked(request)
        return form.with_fields(about, policy.current_version())

    def get_fieldsets(self, request, obj=None):
        if obj is not None:
            return super().get_fieldsets(request, obj)
        form, about = _asked(request)
        rows = form.rows(about, policy.current_version())
        return [(None, {"fields": [*rows, "note", "after"]})]

    def get_changeform_initial_data(self, request):
        form, about = _asked(request)
        current = policy.current_version()
        return {"after": current.number} | form.first(about, current)

    def make_next(self, form, actor) -> PolicyVersion:
        return changing.new_version(
            form.changed(),
            note=form.cleaned_data["note"],
            after=form.cleaned_data["after"],
            actor=actor,
        )

    def add_view(self, request, form_url="", extra_context=None):
        form, about = _asked(request)
        context = {
            "title": form.title,
            "parts": [
                {"name": name, "title": each.title, "is_here": each is form}
                for name, each in FORMS.items()
            ],
            "abouts": [
                {"name": name, "title": title, "is_here": name == about}
                for name, title in form.abouts()
            ],
            "part": request.GET.get("part", ""),
            "previews": form.previews,
        }
        if "_preview" in request.POST:  # what is wrong stands at its field; the rest is no mistake
            context |= {"errors": [], "is_preview": True}
        return super().add_view(request, form_url, context | (extra_context or {}))


def _asked(request) -> tuple[type[VersionForm], str]:
    """The form that the address names, and what of its part. Raises Http404."""
    form = FORMS.get(request.GET.get("part", ""))
    if form is None:
        raise Http404
    known = [name for name, _title in form.abouts()]
    about = request.GET.get("about", "") or (known[0] if known else "")
    if about and about not in known:
        raise Http404
    return form, about
