"""What every template may use: `{% load portal %}`.

Filters: `money` (fen → ¥386.50), `number`, `clock` and `day` (times as people say them),
`duration`, `dated` (the same on every day), `deadline` (…24:00), `masked` (**** 4821). Tags:
`icon`, `amount`, `field`, `error_summary`, `promise`.
"""

from datetime import date, datetime, timedelta

from django import template
from django.forms import BoundField, Form
from django.forms.utils import flatatt
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from disputes import deadline as deadline_words
from disputes import promises
from portal import moments
from portal import money as money_text
from portal.accounts import access
from portal.erasure.words import REMOVED

register = template.Library()


@register.filter
def money(minor: int | None, currency: str = "CNY") -> str:
    """Fen as ¥1,234.50; nothing for None."""
    return "" if minor is None else money_text.text(int(minor), currency)


@register.filter
def number(count: int | None) -> str:
    """12037 as 12,037, in every language; nothing for None."""
    return "" if count is None else f"{count:,}"


@register.filter
def clock(at: datetime | None) -> str:
    """A moment as people say it, with the exact one in its title."""
    if not at:
        return ""
    return _time_element(at, moments.clock(at))


def _time_element(at: datetime, words: str) -> SafeString:
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        timezone.localtime(at).isoformat(timespec="seconds"),
        moments.exact(at),
        words,
    )


@register.filter
def dated(at: datetime) -> str:
    """11月24日 周二 14:05, whatever today is: for what stays true."""
    local = timezone.localtime(at)
    return _time_element(at, moments.dated(local))


@register.filter
def deadline(at: datetime | None) -> str:
    """As `clock`, but the last moment of a day is its 24:00."""
    return _time_element(at, deadline_words.by(at)) if at else ""


@register.filter
def day(at: date | datetime | None) -> str:
    """今天, 昨天, 明天, 11月24日 周二; the local day of a moment."""
    if not at:
        return ""
    at = timezone.localdate(at) if isinstance(at, datetime) else at
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), moments.day(at))


@register.filter
def calendar_day(at: date | datetime | None) -> str:
    """11月24日, whatever today is."""
    if not at:
        return ""
    at = timezone.localdate(at) if isinstance(at, datetime) else at
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), moments.calendar_day(at))


@register.filter
def duration(span: timedelta | None) -> str:
    return "" if span is None else moments.length(span)


@register.filter
def masked(tail: str) -> str:
    """A card is shown by its tail: **** 4821."""
    return f"**** {tail}" if tail else "****"


@register.filter
def may_open(actor, name: str) -> bool:
    """Whether a door is one for this reader: `{% if request.actor|may_open:"panel:slip" %}`."""
    return access.may_open(actor, name)


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """A picture from the sprite. It says nothing by itself: words stand beside it."""
    return format_html(
        '<svg class="icon{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        f" icon-{size}" if size else "",
        static("vendor/icons.svg"),
        name,
    )


icon.same_everywhere = True  # type: ignore[attr-defined]  # read by portal.site.fixed_parts


@register.simple_tag
def promise(kind: str, payment=None) -> SafeString:
    """Who answers, and by when at the latest, should a case of `kind` be opened now:
    最迟明天 13:10，商户答复您。
    """
    _acknowledged, (step, at), *_later = promises.for_new_case(kind, payment)
    words = deadline_words.by(at)
    # Between a Chinese word and a figure stands a space: 最迟明天 13:10, 最迟 11月24日.
    gap = " " if words[:1].isdigit() else ""
    when = format_html("{}{}", gap, _time_element(at, words))
    return format_html(_("最迟{when}，{step}。"), when=when, step=step)


@register.simple_tag
def removed_name(name: str) -> str:
    """What an erasure counts, in words."""
    return str(REMOVED.get(name, name))


@register.inclusion_tag("components/amount.html")
def amount(minor: int, currency: str = "CNY", size: str = "") -> dict:
    """The largest thing in its block: `{% amount payment.amount_minor payment.currency %}`."""
    return {
        "sign": money_text.sign(currency),
        "digits": money_text.digits(minor, currency),
        "size": size,
    }


@register.inclusion_tag("components/field.html")
def field(of, *, label="", value=None, error="", hint="", prefix="", kind="", **attributes):
    """One input with label, error and hint: `{% field "amount" label=_("消费金额") prefix="¥" %}`.

    `of` is a name (fields written by hand, the fast way) or a form's bound field. `kind` is
    `textarea`, `select` (then `choices=`), `strong`, `tail`, `amount` or nothing; `side` is a
    remark at the label's right, `optional=True` says so beside the label, `head=` replaces the
    label's look. Other keywords become attributes of the input, `_` read as `-`.
    """
    if isinstance(of, BoundField):
        name, identity = of.html_name, of.auto_id
        label = label or of.label
        value = of.value() if value is None else value
        error = error or " ".join(map(str, of.errors))
        hint = hint or of.help_text
        attributes = {**of.field.widget.attrs, **attributes}
        if hasattr(of.field, "choices") and not kind:
            kind = "select"
            attributes.setdefault("choices", of.field.choices)
    else:
        name, identity = of, f"id_{of}"
    special = {key: attributes.pop(key, None) for key in ("choices", "side", "optional", "icon")}
    described = [f"{identity}_hint"] if hint else []
    if error:
        described.insert(0, f"{identity}_error")
    attributes = {key.replace("_", "-"): text for key, text in attributes.items() if text != ""}
    if kind not in {"textarea", "select"}:
        attributes.setdefault("type", "text")
    if described:
        attributes["aria-describedby"] = " ".join(described)
    if error:
        attributes["aria-invalid"] = "true"
    return {
        "name": name,
        "id": identity,
        "label": label,
        "value": "" if value is None else value,
        "error": error,
        "hint": hint,
        "prefix": prefix,
        "kind": kind,
        "attributes": flatatt(attributes),
        **special,
    }


@register.inclusion_tag("components/error_summary.html")
def error_summary(errors, **labels):
    """On top of a form, takes the focus; one link a field.

    `errors` is a form or `{field: message}`; labels of the latter come as keywords:
    `{% error_summary errors card_tail=_("卡号后四位") %}`.
    """
    if isinstance(errors, Form):
        lines = [
            {
                "id": errors[name].id_for_label if name in errors.fields else "",
                "label": errors[name].label if name in errors.fields else "",
                "message": " ".join(map(str, messages)),
            }
            for name, messages in errors.errors.items()
        ]
    else:
        lines = [
            {"id": f"id_{name}", "label": labels.get(name, ""), "message": message}
            for name, message in (errors or {}).items()
        ]
    return {"lines": lines}
