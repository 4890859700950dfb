"""The form under a conversation: what may be done with the words written, drawn from the policy.

One field for words, one choice of what they are for; the button names the choice. Changing the
choice keeps the words, and so does an error.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from disputes import money_back, policy
from disputes.desk import canned, refund_forms, special, writing
from disputes.desk.attaching import NOTHING, Taken
from disputes.models import Case
from disputes.models.message import Audience
from disputes.policy import causes
from portal import money
from portal.accounts.actor import Actor
from portal.uploads.inspection import ACCEPT
from portal.uploads.models import Upload

Text = str | Promise

# verb → what the button says where the words go to whom the verb itself decides
SENDS = {
    "reprint": _("告诉客户小票补打好了"),
    "ask_consumer": _("发送给客户，并暂停计时"),
    "offer_refund": _("提出退款，并告诉客户"),
    "resolve": _("办结，并告诉客户"),
    "reject": _("不予支持，并告诉客户"),
    "escalate": _("转到支付机构"),
}
BESIDE = special.FIELDS | refund_forms.FIELDS
TONES = {
    Audience.ALL.value: ("all", "chat-left-text"),
    Audience.MERCHANT.value: ("merchant", "people-fill"),
    Audience.INTERNAL.value: ("internal", "lock-fill"),
}


@dataclass(frozen=True)
class Amount:
    """A field for money: how much goes back at most, in words, and what has been typed."""

    most: str
    asked: str  # what goes back if nothing is typed; "" where something must be
    typed: str = ""


@dataclass(frozen=True)
class Mode:
    """One choice: `value` is what the form posts, `verb` or `verb:audience`."""

    value: str
    label: str
    send: str
    tone: str = "all"
    icon: str = ""
    hint: str = ""
    needs_text: bool = True
    reasons: tuple[tuple[str, str], ...] = ()
    reason: str = ""  # the one chosen
    causes: tuple = ()  # groups of them, where the root cause is asked for
    cause: str = ""
    amount: Amount | None = None

    @property
    def name(self) -> str:
        """For ids and classes."""
        return self.value.replace(":", "-").replace("_", "-")


@dataclass(frozen=True)
class Composer:
    tabs: tuple[Mode, ...]
    outcomes: tuple[Mode, ...]
    chosen: str
    body: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    key: str = ""  # makes a second press harmless
    others: tuple[str, ...] = ()  # colleagues who are writing too
    canned: tuple[canned.Canned, ...] = ()
    inserted: bool = False  # one of them a moment ago
    files: tuple[Upload, ...] = ()  # taken in and not sent yet

    @property
    def room(self) -> int:
        """How many more files."""
        return max(settings.UPLOAD_MAX_FILES - len(self.files), 0)

    @property
    def accept(self) -> str:
        return ACCEPT

    @property
    def modes(self) -> tuple[Mode, ...]:
        return self.tabs + self.outcomes


def _merchants_tabs(verbs: dict) -> list[Mode]:
    words = {
        Audience.ALL.value: (_("客户与机构"), _("发送给客户与支付机构")),
        Audience.MERCHANT.value: (_("仅机构"), _("只发送给支付机构")),
    }
    return _tabs(verbs, words, _("内部备注"), _("记下，仅本店可见"))


def _staffs_tabs(verbs: dict) -> list[Mode]:
    reply = verbs.get("reply")
    both = reply is not None and Audience.MERCHANT.value in reply.audiences  # somebody reads it
    words = {
        Audience.ALL.value: (_("客户与商户"), _("发送给客户与商户"))
        if both
        else (_("客户"), _("发送给客户")),
        Audience.MERCHANT.value: (_("仅商户"), _("只发送给商户")),
    }
    return _tabs(verbs, words, _("内部备注"), _("记下，仅本机构可见"))


def _tabs(verbs: dict, words: dict, note: Text, send_note: Text) -> list[Mode]:
    tabs = []
    if reply := verbs.get("reply"):
        for audience in reply.audiences:
            label, send = words[audience]
            tone, icon = TONES[audience]
            tabs.append(Mode(f"reply:{audience}", str(label), str(send), tone, icon))
    if "add_note" in verbs:
        tone, icon = TONES[Audience.INTERNAL.value]
        tabs.append(Mode("add_note", str(note), str(send_note), tone, icon))
    return tabs


def _amount(case: Case, verb: str, typed: str) -> Amount | None:
    """For an offer always; on closing for the reason that says how much goes back."""
    payment = case.payment
    if payment is None or payment.refundable_minor <= 0:
        return None
    left = money_back.left_minor(payment, getattr(case, "taken_minor", None) or 0)
    if not left:
        return None
    most = money.text(left, payment.currency)
    if verb == "offer_refund":
        return Amount(most, "", typed)
    if verb == "resolve" and policy.of(case).agrees:
        asked = min(case.requested_minor or left, left)
        return Amount(most, money.text(asked, payment.currency), typed)
    return None


def _likely(case: Case) -> str:
    """What the terminal said of the lost slip, to begin with; else nothing is chosen for people."""
    if case.payment is None or not policy.of(case).says_no_slip:
        return ""
    return case.payment.slip_cause


def of(
    case: Case,
    actor: Actor,
    *,
    verbs: dict[str, policy.Verb] | None = None,
    chosen: str = "",
    body: str = "",
    reasons: dict[str, str] | None = None,
    root_causes: dict[str, str] | None = None,
    amounts: dict[str, str] | None = None,
    key: str = "",
    errors: dict[str, str] | None = None,
    others: tuple[str, ...] = (),
    inserted: bool = False,
    files: tuple[Upload, ...] = (),
) -> Composer | None:
    """The form `actor` gets under `case`; None when there is nothing to do. `verbs`: what they may
    do, by name, where the page knows it already."""
    if verbs is None:
        verbs = {verb.name: verb for verb in policy.allowed(case, actor)}
    tabs = _merchants_tabs(verbs) if actor.is_merchant else _staffs_tabs(verbs)
    outcomes = [
        Mode(
            value=name,
            label=str(verbs[name].label),
            send=str(send),
            hint=str(verbs[name].explanation),
            needs_text=verbs[name].needs_text,
            reasons=tuple((code, str(words)) for code, words in verbs[name].closing_reasons),
            reason=(reasons or {}).get(name, ""),
            causes=causes.GROUPS if verbs[name].closing_reasons else (),
            cause=(root_causes or {}).get(name, _likely(case)),
            amount=_amount(case, name, (amounts or {}).get(name, "")),
        )
        for name, send in SENDS.items()
        if name in verbs
    ]
    modes = tabs + outcomes
    if not modes:
        return None
    known = {mode.value for mode in modes}
    return Composer(
        tabs=tuple(tabs),
        outcomes=tuple(outcomes),
        chosen=chosen if chosen in known else modes[0].value,
        body=body,
        errors=errors or {},
        key=key or str(uuid.uuid4()),
        others=others,
        canned=canned.offered(case, actor, _for_words(modes)),
        inserted=inserted,
        files=files,
    )


def _for_words(modes: list[Mode]) -> list[str]:
    return [mode.value for mode in modes if mode.needs_text]


def with_reply(case: Case, actor: Actor, form, taken: Taken = NOTHING) -> Composer | None:
    """The form with the canned reply put in that it names. Raises Invalid."""
    plain = of(case, actor)
    modes = _for_words(list(plain.modes)) if plain else []
    typed = form.copy()
    for name, value in canned.insert(case, actor, form, modes).items():
        typed[name] = value  # not `update`, which adds to a list
    return of_form(case, actor, typed, None, inserted=True, taken=taken)


def of_form(
    case: Case,
    actor: Actor,
    form,
    errors: dict[str, str] | None,
    *,
    verbs: dict[str, policy.Verb] | None = None,
    inserted: bool = False,
    taken: Taken = NOTHING,
) -> Composer | None:
    """The form again: after an error, with a canned reply `inserted`, or with a file taken away,
    with everything that was typed and the files that were `taken` in; otherwise with what was typed
    and not sent."""
    errors = {name: words for name, words in (errors or {}).items() if name not in BESIDE}
    desk = writing.of(case, actor)
    if not (errors or inserted or taken.removed):
        mine = desk.mine
        chosen, body = (mine.chosen, mine.body) if mine else ("", "")
        return of(case, actor, verbs=verbs, chosen=chosen, body=body, others=desk.others)
    return of(
        case,
        actor,
        verbs=verbs,
        others=desk.others,
        chosen=form.get("verb", ""),
        body=form.get("body", ""),
        reasons={verb: form.get(f"reason_{verb}", "") for verb in ("resolve", "reject")},
        root_causes={verb: form.get(f"cause_{verb}", "") for verb in ("resolve", "reject")},
        amounts={verb: form.get(f"amount_{verb}", "") for verb in ("resolve", "offer_refund")},
        key=form.get("submission_key", ""),
        errors=errors,
        inserted=inserted,
        files=taken.files,
    )
