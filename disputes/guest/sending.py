"""From a finished draft to a case."""

import uuid

from django.utils.translation import gettext as _

from disputes import actions, case_links, looking_again, policy
from disputes.errors import AlreadyOpen, Invalid, Refused
from disputes.guest import drafts, subject_matter
from disputes.guest.questions import contact, words
from disputes.models import Draft
from portal.gate import passes
from portal.gate.address import client_address

# On which page a value is mended that open_case cannot take.
WHERE = {
    "reason": "reason",
    "requested_minor": "amount",
    "body": "words",
    "uploads": "words",
    "contact": "contact",
    "contact_kind": "contact",
    "claimed_tail": "facts",
    "claimed_minor": "facts",
    "claimed_at": "facts",
    "payment": "facts",
}


def send(request, draft: Draft) -> dict | None:
    """Open the case and let this browser see it. None when it is open; else what is in the way:
    `message`, `step` where it can be mended, `first` where the same case is open already: its
    number, which is for whoever proves to be its customer and for no page.

    Sent again, or by two tabs at once, it is the same case.
    """
    answers = draft.answers
    claimed = subject_matter.claimed_of(draft)
    kind = policy.KINDS.get(answers.get("kind", ""))
    waits = (
        kind is not None
        and bool(kind.matched)
        and not answers.get("payment")
        and looking_again.may_wait(claimed, client_address(request))
    )
    try:
        opened = actions.open_case(
            kind=answers.get("kind", ""),
            reason=answers.get("reason", ""),
            payment=subject_matter.payment_of(draft),
            claimed=claimed,
            requested_minor=answers.get("requested_minor"),
            body=words.said(draft),
            uploads=drafts.files(draft),
            contact_kind=contact.kind_of(answers.get("contact", "")),
            contact=answers.get("contact", ""),
            language=request.LANGUAGE_CODE,
            submission_key=uuid.UUID(answers["submission_key"]),
            actor=drafts.writer(draft),
            looks_again=waits,
        )
    except Invalid as invalid:
        return {"message": invalid.message, "step": WHERE.get(invalid.field, "")}
    except AlreadyOpen as known:
        return {"message": known.message, "step": "", "first": known.case.number}
    except Refused as refused:
        return {"message": refused.message, "step": ""}
    passes.grant(request, "case", opened.case.number, case_links.PASS_LIFETIME)
    drafts.sent(draft, opened.case)
    return None


def where_told(case) -> str:
    """Where the message went, without repeating the whole address to whoever looks on."""
    if case.contact_kind == "email":
        name, _at, domain = case.contact.partition("@")
        return f"{name[:2]}***@{domain}"
    return _("尾号 %(tail)s 的手机") % {"tail": case.contact[-4:]}
