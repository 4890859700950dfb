from collections.abc import Sequence
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from disputes import policy
from disputes.models import PolicyVersion
from disputes.policy import changing
from disputes.successive_admin import SuccessorForm
from portal.accounts.errors import Invalid

Rows = list[str | tuple[str, ...]]


class VersionForm(SuccessorForm):
    """What one part of the policy says, and why it is changed."""

    title: ClassVar[str | Promise]
    about: ClassVar[str] = ""
    previews: ClassVar[bool] = False  # has a button that shows what would become of it

    consequence = gettext_lazy("新立的案件按新规则；已立的案件按它开始时的规则办完。")

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
