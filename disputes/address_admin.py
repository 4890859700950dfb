"""The addresses of the way up: read, and changed by making a new book. An old one never changes."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disputes.models import AddressBook
from disputes.models.upward import Route
from disputes.policy import addresses
from disputes.successive_admin import SuccessiveAdmin, SuccessorForm


class NewBookForm(SuccessorForm):
    """Each route's texts, filled in as they are now."""

    consequence = gettext_lazy("客户在案件页和“您的权利”里马上看到新的。")

    class Meta:
        model = AddressBook
        fields: list[str] = []

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


@admin.register(AddressBook)
class AddressBookAdmin(SuccessiveAdmin):
    @admin.display(description=gettext_lazy("地址"))
    def in_words(self, book: AddressBook) -> str:
        return _("；").join(
            f"{Route(route).label} {' '.join(filter(None, entry.values()))}"
            for route, entry in book.entries.items()
            if any(entry.values())
        )

    def next_form(self) -> type[SuccessorForm]:
        return NewBookForm.of(
            {
                f"{route.value}_{name}": forms.CharField(
                    label=str(label),
                    required=False,
                    max_length=addresses.LONGEST,
                    widget=forms.TextInput(attrs={"size": 60}),
                )
                for route in Route
                for name, label in addresses.FIELDS.items()
            }
        )

    def next_fieldsets(self) -> list:
        return [
            (route.label, {"fields": [f"{route.value}_{name}" for name in addresses.FIELDS]})
            for route in Route
        ]

    def get_changeform_initial_data(self, request):
        first: dict = {"after": addresses.current_number()}
        for route, entry in addresses.entries_now().items():
            first |= {f"{route}_{name}": text for name, text in entry.items()}
        return first

    def make_next(self, form, actor) -> AddressBook:
        return addresses.new_book(
            form.entries(),
            note=form.cleaned_data["note"],
            after=form.cleaned_data["after"],
            actor=actor,
        )
