"""What people type about people may be kept, a card's number excepted."""

from django import forms
from django.utils.translation import gettext_lazy as _

from portal import card_numbers
from portal.accounts.errors import Invalid

NO_CARD_NUMBER = _("这像一个卡号，我们没有保存。这里不要填卡号。")


def plain(field: str, text: str) -> str:
    """`text` without space around it. Raises Invalid(field) where it holds a card's number."""
    if card_numbers.holds_one(text):
        raise Invalid(field, str(NO_CARD_NUMBER))
    return text.strip()


class CardlessForm(forms.Form):
    """A form that takes no card number in any field of `words`, and sends none back to the page:
    it is gone before anything else reads what was typed."""

    words: tuple[str, ...] = ()

    def __init__(self, data=None, *args, **kwargs):
        self.refused = [
            name for name in self.words if data and self.holds_card_number(name, data.get(name, ""))
        ]
        if self.refused:
            data = data.copy()
            for name in self.refused:
                data[name] = ""
        super().__init__(data, *args, **kwargs)

    def holds_card_number(self, name: str, text: str) -> bool:
        return card_numbers.holds_one(text)

    def clean(self):
        for name in self.refused:
            self.errors.pop(name, None)  # "please fill this in" would be no answer
            self.add_error(name, NO_CARD_NUMBER)
        return super().clean()
