"""What the institution keeps as rows that never change, each followed by the next (its rules, its
addresses): in the admin one reads them, and adds the next through an action."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy

from portal.accounts.admin_site import ReadOnlyAdmin
from portal.accounts.errors import Invalid

LONGEST_NOTE = 200


class SuccessorForm(forms.ModelForm):
    """The next row, filled in as the newest one is. `after`: the number of the one looked at."""

    # What the change does and from when on, said under the reason.
    consequence: ClassVar[Any] = ""

    after = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(
        label=gettext_lazy("为什么改"),
        max_length=LONGEST_NOTE,
        widget=forms.TextInput(attrs={"class": "vLargeTextField"}),
        error_messages={"required": gettext_lazy("请写明为什么改")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["note"].help_text = self.consequence

    @classmethod
    def of(cls, fields: dict[str, forms.Field]) -> type["SuccessorForm"]:
        """With a field for each of what there is, so that something new needs no new form."""
        return type(cls.__name__, (cls,), fields)

    def _post_clean(self) -> None:
        """The row is made and checked by the action; the form's own is never saved."""


class SuccessiveAdmin(ReadOnlyAdmin):
    """One says the form, how it is laid out, and how the row is made through its action."""

    ordering = ("-number",)
    list_display = ("version", "made_at", "made_by", "why")
    fields = ("version", "in_words", "why", "made_at", "made_by")
    readonly_fields = ("version", "in_words", "why", "made_at", "made_by")

    @admin.display(description=gettext_lazy("第几版"), ordering="number")
    def version(self, row) -> int:
        return row.number

    @admin.display(description=gettext_lazy("什么时候改的"), ordering="created_at")
    def made_at(self, row):
        return row.created_at

    @admin.display(description=gettext_lazy("谁改的"))
    def made_by(self, row):
        return row.created_by

    @admin.display(description=gettext_lazy("为什么改"))
    def why(self, row) -> str:
        return row.note

    def next_form(self) -> type[SuccessorForm]:
        raise NotImplementedError

    def next_fieldsets(self) -> list:
        raise NotImplementedError

    def make_next(self, form, actor):
        raise NotImplementedError

    def has_add_permission(self, request) -> bool:
        return self.has_view_permission(request)

    def get_form(self, request, obj=None, change=False, **kwargs):
        if obj is not None:
            return super().get_form(request, obj, change, **kwargs)
        return self.next_form()

    def get_fieldsets(self, request, obj=None):
        if obj is not None:
            return super().get_fieldsets(request, obj)
        return [*self.next_fieldsets(), (None, {"fields": ["note", "after"]})]

    def get_readonly_fields(self, request, obj=None):
        return super().get_readonly_fields(request, obj) if obj is not None else ()

    def save_model(self, request, obj, form, change) -> None:
        """Through the action, which looks again under a lock."""
        made = self.make_next(form, request.actor)
        obj.pk, obj.number = made.pk, made.number

    def add_view(self, request, form_url="", extra_context=None):
        # One row follows another, each with its reason: there is one way to save it.
        once = {"show_save_and_add_another": False, "show_save_and_continue": False}
        try:
            return super().add_view(request, form_url, once | (extra_context or {}))
        except Invalid as refused:  # somebody was quicker by the blink of an eye
            messages.error(request, refused.message)
            return redirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_add"))
