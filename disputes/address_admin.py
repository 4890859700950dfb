"""The addresses of the way up: read, and changed by making a new book. An old one never changes."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disputes.models import AddressBook
from disputes.models.upward import Route
from disputes.policy import addresses
from portal.accounts.admin_site import ReadOnlyAdmin
from portal.accounts.errors import Invalid


class NewBookForm(forms.ModelForm):
    """Each route's texts, filled in as they are now."""

    after = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(
        label=gettext_lazy("为什么改"),
        max_length=addresses.LONGEST_NOTE,
        error_messages={"required": gettext_lazy("请写明为什么改")},
        help_text=gettext_lazy("客户在案件页和“您的权利”里马上看到新的。"),
    )

    class Meta:
        model = AddressBook
        fields: list[str] = []

    @classmethod
    def with_routes(cls) -> type["NewBookForm"]:
        fields: dict[str, forms.Field] = {
            f"{route.value}_{name}": forms.CharField(
                label=str(label), required=False, max_length=addresses.LONGEST
            )
            for route in Route
            for name, label in addresses.FIELDS.items()
        }
        return type("NewBookForm", (cls,), fields)

    def entries(self) -> dict[str, dict[str, str]]:
        given = self.cleaned_data
        return {
            route.value: {name: given[f"{route.value}_{name}"] for name in addresses.FIELDS}
            for route in Route
        }

    def clean(self):
        if not self.errors and self.entries() == addresses.entries_now():
            raise ValidationError(_("和现在的一样，没有要改的"))
        return self.cleaned_data

    def _post_clean(self) -> None:
        """The row is made and checked by the action; the form's own is never saved."""


@admin.register(AddressBook)
class AddressBookAdmin(ReadOnlyAdmin):
    list_display = ["number", "created_at", "created_by", "note"]
    ordering = ["-number"]
    fields = ["number", "in_words", "note", "created_at", "created_by"]
    readonly_fields = ["in_words"]

    @admin.display(description=gettext_lazy("地址"))
    def in_words(self, book: AddressBook) -> str:
        return _("；").join(
            f"{Route(route).label} {' '.join(filter(None, entry.values()))}"
            for route, entry in book.entries.items()
            if any(entry.values())
        )

    def has_add_permission(self, request) -> bool:
        return self.has_view_permission(request)

    def get_form(self, request, obj=None, change=False, **kwargs):
        if obj is not None:
            return super().get_form(request, obj, change, **kwargs)
        return NewBookForm.with_routes()

    def get_fieldsets(self, request, obj=None):
        if obj is not None:
            return super().get_fieldsets(request, obj)
        parts = [
            (route.label, {"fields": [f"{route.value}_{name}" for name in addresses.FIELDS]})
            for route in Route
        ]
        return [*parts, (None, {"fields": ["note", "after"]})]

    def get_readonly_fields(self, request, obj=None):
        return super().get_readonly_fields(request, obj) if obj is not None else ()

    def get_changeform_initial_data(self, request):
        first: dict = {"after": addresses.current_number()}
        for route, entry in addresses.entries_now().items():
            first |= {f"{route}_{name}": text for name, text in entry.items()}
        return first

    def save_model(self, request, obj, form, change) -> None:
        """Through the action, which looks again under a lock."""
        book = addresses.new_book(
            form.entries(),
            note=form.cleaned_data["note"],
            after=form.cleaned_data["after"],
            actor=request.actor,
        )
        obj.pk, obj.number = book.pk, book.number

    def add_view(self, request, form_url="", extra_context=None):
        try:
            return super().add_view(request, form_url, extra_context)
        except Invalid as refused:  # somebody was quicker by the blink of an eye
            messages.error(request, refused.message)
            return redirect("admin:disputes_addressbook_add")
