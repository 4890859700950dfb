"""A form field for several files: each is checked, each that is refused is named."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _

from portal.uploads.inspection import ACCEPT, Inspected, inspect
from portal.uploads.refused import Refused


class FilesInput(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data, files, name):
        return files.getlist(name) if hasattr(files, "getlist") else files.get(name)


class FilesField(forms.FileField):
    """Cleans to a list of `Inspected`. One bad file refuses the field, and says which and why;
    the good ones of the same choice are then in `accepted`, for a page that can keep them.
    """

    widget = FilesInput

    def __init__(self, *, most: int | None = None, **options):
        self.most = settings.UPLOAD_MAX_FILES if most is None else most
        self.accepted: list[Inspected] = []
        options.setdefault("required", False)
        super().__init__(**options)

    def widget_attrs(self, widget):
        return {**super().widget_attrs(widget), "accept": ACCEPT}

    def clean(self, data, initial=None) -> list[Inspected]:
        files = [file for file in (data or []) if file]
        self.accepted, errors = [], []
        for file in files[: self.most]:
            try:
                self.accepted.append(inspect(file))
            except Refused as refused:
                errors.append(forms.ValidationError(refused.message, code="refused"))
        if len(files) > self.most:
            errors.append(
                forms.ValidationError(
                    _("一共最多 %(most)d 个文件，多出来的没有收下。")
                    % {"most": settings.UPLOAD_MAX_FILES},
                    code="too_many",
                )
            )
        if errors:
            raise forms.ValidationError(errors)
        if self.required and not files:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return self.accepted
