from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from disputes import policy
from disputes.models import PolicyVersion
from disputes.policy import changing
from portal.accounts.errors import Invalid

Rows = list[str | tuple[str, ...]]


class VersionForm(forms.ModelForm):
    """What one part of the policy says, and why it is changed."""

    title: ClassVar[str | Promise]
    about: ClassVar[str] = ""
    previews: ClassVar[bool] = False  # has a button that shows what would become of it

    after = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(
        label=gettext_lazy("为什么改"),
        max_length=changing.LONGEST_NOTE,
        error_messages={"required": gettext_lazy("请写明为什么改")},
        help_text=gettext_lazy("新立的案件按新规则；已立的案件按它开始时的规则办完。"),
    )

    class Meta:
        model = PolicyVersion
        fields: ClassVar[list[str]] = []

    @classmethod
    def abouts(cls) -> Sequence[tuple[str, str | Promise]]:
        """What of this part is changed one at a time, with its name; nothing: all at once."""
        return ()

    @classmethod
    def with_fields(cls, about: str, version: PolicyVersion) -> type["VersionForm"]:
        """With the fields that there are now, for what it is `about`."""
        return type(cls.__name__, (cls,), {"about": about})

    @classmethod
    def rows(cls, about: str, version: PolicyVersion) -> Rows:
        """The names of its fields as they stand beside each other."""
        raise NotImplementedError

    @classmethod
    def first(cls, about: str, version: PolicyVersion) -> dict[str, Any]:
        """What the fields say of `version`."""
        raise NotImplementedError

    def changed(self) -> dict[str, Any]:
        """What the version is to say, by `changing.PARTS`. Raises ValidationError by field."""
        raise NotImplementedError

    def clean(self):
        if not self.errors:
            try:
                changing.check(self.changed(), policy.current_version(), self.cleaned_data["after"])
            except Invalid as refused:
                raise ValidationError(refused.message) from None
            except ValidationError as refused:
                known = hasattr(refused, "error_dict") and set(refused.error_dict) <= {*self.fields}
                raise (refused if known else ValidationError(refused.messages)) from None
        return self.cleaned_data

    def _post_clean(self) -> None:
        """The row is made and checked by the action; the form's own is never saved."""
