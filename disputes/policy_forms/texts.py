from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disputes import policy
from disputes.policy import gathered_texts, texts
from disputes.policy.parties import institution_name
from disputes.policy_forms.base import Rows, VersionForm

NAMES = {"zh-hans": gettext_lazy("中文"), "en": gettext_lazy("英文")}
EXAMPLE = "2611-0472"
# Customers have a link of their own; who works here signs in.
LINKS = {
    "consumer": "/link/…/",
    "merchant": f"/merchant/cases/{EXAMPLE}/",
    "staff": f"/desk/cases/{EXAMPLE}/",
    "network_merchant": "/merchant/cases/network/…/",
    "network_staff": "/desk/network/…/",
    f"gathered.{gathered_texts.DIGEST}": "/merchant/cases/",
    f"gathered.{gathered_texts.GIVEN}": "/desk/?view=mine",
}


def _field(language: str, part: str) -> str:
    return f"{language.replace('-', '_')}_{part}"


class TextsForm(VersionForm):
    """One message, its subject and body in every language, and what becomes of them."""

    title = gettext_lazy("消息的文字")
    previews = True

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for language in texts.LANGUAGES:
            for part in texts.Letter._fields:
                name = _field(language, part)
                value = (
                    self.data.get(name)
                    if self.is_bound
                    else self.get_initial_for_field(self.fields[name], name)
                )
                self.fields[name].help_text = _preview(str(value or ""), part, self.about, language)
        if self.about.startswith("gathered."):  # of several cases, each under its own version
            self.fields["note"].help_text = _("从下一封邮件起用新的文字。")

    @classmethod
    def abouts(cls):
        return texts.names()

    @classmethod
    def with_fields(cls, about, version):
        fields: dict[str, Any] = {"about": about}
        for language in texts.LANGUAGES:
            words = {"language": NAMES[language]}
            fields[_field(language, "subject")] = forms.CharField(
                label=_("主题，{language}").format(**words),
                max_length=texts.LONGEST_SUBJECT[language],
                widget=forms.TextInput(attrs={"class": "vLargeTextField"}),
            )
            fields[_field(language, "body")] = forms.CharField(
                label=_("正文，{language}").format(**words),
                max_length=texts.LONGEST_BODY,
                widget=forms.Textarea(attrs={"rows": 11, "class": "vLargeTextField"}),
            )
        return type(cls.__name__, (cls,), fields)

    @classmethod
    def rows(cls, about, version) -> Rows:
        return [
            _field(language, part) for language in texts.LANGUAGES for part in texts.Letter._fields
        ]

    @classmethod
    def first(cls, about, version) -> dict[str, Any]:
        return {
            _field(language, part): text
            for language in texts.LANGUAGES
            for part, text in texts.of(version.texts, about, language)._asdict().items()
        }

    def clean(self):
        for language in texts.LANGUAGES:
            for part in texts.Letter._fields:
                name = _field(language, part)
                if name in self.errors or name not in self.cleaned_data:
                    continue
                try:
                    if part == "subject":
                        texts.check_subject(self.about, self._plain(name), language)
                    else:
                        texts.check_body(self.about, self._plain(name))
                except ValidationError as refused:
                    self.add_error(name, refused)
        if not self.errors and "_preview" in self.data:
            raise ValidationError(_("这是预览，还没有保存。"))
        return super().clean()

    def _plain(self, name: str) -> str:
        return texts.plain(self.cleaned_data[name])

    def changed(self) -> dict[str, Any]:
        """A text that says what is delivered is none of one's own."""
        rows = {}
        for language in texts.LANGUAGES:
            row = {part: self._plain(_field(language, part)) for part in texts.Letter._fields}
            own = texts.delivered(self.about, language)
            if row != {part: texts.plain(text) for part, text in own._asdict().items()}:
                rows[language] = row
        current = policy.current_version().texts
        others = {name: kept for name, kept in current.items() if name != self.about}
        return {"texts": others | ({self.about: rows} if rows else {})}


def _preview(text: str, part: str, about: str, language: str):
    """What somebody would read, under the field; its placeholders while they are wrong. Names and
    examples are of the field's language, whichever its author reads."""
    with translation.override(language):
        shown, written = _as_read(text, part, about)
    return format_html(
        '<p>{}</p><div class="policy-preview">{}</div>',
        _("可以用的占位词：{words}").format(words=_("、").join(written)),
        format_html_join("", "<p>{}</p>", ((line,) for line in shown.split("\n") if line)),
    )


def _as_read(text: str, part: str, about: str) -> tuple[str, list[str]]:
    """With its values, and the placeholders that it may have, in the language of the moment."""
    link = LINKS.get(about) or LINKS[about.partition(".")[0]]
    values = {
        texts.NUMBER.zh: EXAMPLE,
        texts.INSTITUTION.zh: institution_name(),
        texts.LINK.zh: f"{settings.PUBLIC_URL}{link}",
        **{name: str(example) for name, example in gathered_texts.EXAMPLES.items()},
    }
    letter = texts.Letter(*(text if name == part else "" for name in texts.Letter._fields))
    shown = getattr(texts.filled(letter, about, values), part).strip()
    return shown, [each.written for each in texts.known(about, part)]
