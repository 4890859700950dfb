"""What merchants and the institution's staff do, and programs."""

import json
import uuid

from django.test import Client
from django.utils import timezone

from disputes.models import ActionItem, CannedReply, SavedView, Suggestion
from portal.accounts.actor import Actor
from portal.accounts.models import Membership
from portal.api import keys
from portal.outbox.models import Entry
from receipts.models import FileSource
from tests.disputes.deeds import NEEDS
from tests.portal.audit.writing.world import ROUTES, nothing, writes
from tests.portal.calendar.conftest import INVENTED


@writes("merchant:archive_ask", "archive.asked")
def _archive(world):
    browser = world.browser("clerk")
    assert world.payment
    return lambda: browser.post("/merchant/payments/archive/", {"day": "2026-11-23"})


@writes("merchant:counter_show", "payment.counter_code_shown")
def _counter(world):
    browser = world.browser("clerk")
    return lambda: browser.post(f"/merchant/payments/{world.payment.pk}/counter/")


@writes("merchant_cases:act", "case.merchant_replied")
def _merchant_replies(world):
    browser = world.browser("manager")
    form = {"verb": "reply:all", "body": "马上查。", "submission_key": uuid.uuid4()}
    return lambda: browser.post(f"/merchant/cases/{world.case.number}/act/", form)


@writes("site:merchant_switch", "organisation.switched")
def _switch(world):
    other = world.get("make_member")("clerk")
    mine = Membership.objects.create(
        user=world.person("clerk").user, organisation=other.organisation, role="clerk"
    )
    browser = world.browser("clerk")
    return lambda: browser.post("/merchant/organisation/", {"membership": mine.pk})


@writes("desk:act", "case.institution_replied")
def _desk_replies(world):
    browser = world.browser("support")
    form = {"verb": "reply:all", "body": "已经在查。", "submission_key": uuid.uuid4()}
    return lambda: browser.post(f"/desk/cases/{world.case.number}/act/", form)


@writes("desk:upward", "case.sent_up", "case.file_asked")
def _upward(world):
    browser = world.browser("support")
    sent = {"out_what": "other", "out_party": "court", "out_way": "letter"}
    asked = {"file_scope": "shared", "file_party": "court", "file_purpose": "法院调取"}

    def go():
        path = f"/desk/cases/{world.case.number}/upward/"
        today = timezone.localdate().isoformat()
        browser.post(path, sent | {"do": "out", "out_on": today})
        browser.post(path, asked | {"do": "issue"})

    return go


@writes("desk:settle_difference", "case.difference_settled")
def _settle_difference(world):
    people = {r: Actor.member(world.person(r)) for r in ("manager", "support", "supervisor")}
    NEEDS["settle_difference"](world.case, people)
    told = world.case.payment.reversals.get()
    browser = world.browser("supervisor")
    form = {"case": world.case.number, "key": f"reversal:{told.pk}", "why": "amount"}
    form |= {"amount_minor": told.amount_minor, "settle_why": "收单方更正了。"}
    return lambda: browser.post("/desk/money/settle/", form)


@writes("desk:writing")
def _typing(world):
    browser = world.browser("support")
    path = f"/desk/cases/{world.case.number}/writing/"
    return lambda: browser.post(path, {"verb": "reply:all", "body": "还没写完"})


@writes("merchant_cases:writing")
def _merchant_types(world):
    browser = world.browser("clerk")
    path = f"/merchant/cases/{world.case.number}/writing/"
    return lambda: browser.post(path, {"verb": "reply:all", "body": "还没写完"})


for _route in ("desk:writing", "merchant_cases:writing"):
    ROUTES[_route].why = "what is typed, kept; sending it is the event"


@writes("desk:assign", "case.assigned")
def _assign(world):
    browser = world.browser("support")
    form = {"assignee": world.person("support").user.public_id}
    return lambda: browser.post(f"/desk/cases/{world.case.number}/assign/", form)


SOURCE = {"pattern": "n-*.csv", "format": "canonical", "rule": "daily", "due_at": "06:30"}
SOURCE |= {"name": "night", "grace_minutes": "15"}


@writes("panel:add_source", "file_source_set")
def _add_source(world):
    browser = world.browser("operations")
    return lambda: browser.post("/desk/imports/expect/", SOURCE)


@writes("panel:source", "file_source_set", "file_source_removed")
def _source(world):
    browser = world.browser("operations")
    browser.post("/desk/imports/expect/", SOURCE)
    assert FileSource.objects.get(name="night")

    def go():
        browser.post("/desk/imports/expected/night/", SOURCE | {"due_at": "07:00"})
        browser.post("/desk/imports/expected/night/", {"do": "remove"})

    return go


@writes("panel:aside_row", "row_corrected", "row_dropped")
def _row(world):
    row, browser = world.get("row_put_aside"), world.browser("operations")
    path = f"/desk/imports/rows/{row.pk}/"

    def go():
        shown = browser.get(path).context["form"].groups
        form = {f.name: f.value for group in shown for f in group.fields}
        browser.post(path, form | {"seen": 0, "do": "retry", "amount": "38,6"})
        browser.post(path, {"seen": 1, "do": "drop", "words": "这笔不是我们的"})

    return go


@writes("panel:aside", "rows_retried")
def _rows(world):
    assert world.get("row_put_aside")
    browser = world.browser("operations")
    return lambda: browser.post("/desk/imports/rows/?reason=amount")


@writes("keys:make", "api_key_issued")
def _make_key(world):
    browser = world.fresh("operations")
    form = {"client": "host", "scopes": ["transactions:write"]}
    return lambda: browser.post("/desk/keys/make/", form)


def _a_key() -> tuple:
    return keys.issue("host", scopes=("transactions:write",), actor=Actor.system("test"))


@writes("keys:key", "api_key_revoked")
def _revoke_key(world):
    key, _text = _a_key()
    browser = world.browser("operations")
    return lambda: browser.post(f"/desk/keys/{key.prefix}/", {"reason": "对方的机器被入侵"})


@writes("api:transactions", "import_started", "access.refused")
def _api(world, path="/api/v1/transactions"):
    from tests.receipts.imports.conftest import SALE

    world.get("clock")
    (_key, text), (narrow, other) = _a_key(), _a_key()
    narrow.scopes = []
    narrow.save()

    def go():
        for secret in (text, other):
            Client().post(
                path,
                json.dumps({"transactions": [SALE]}),
                content_type="application/json",
                headers={"Authorization": f"Bearer {secret}"},
            )

    return go


@writes("api/v1/transactions/", "import_started", "access.refused")
def _api_with_a_slash(world):
    return _api(world, "/api/v1/transactions/")


@writes("calendar:notice", "calendar.notice_entered")
def _notice(world):
    browser = world.browser("administrator")
    form = {"text": INVENTED, "do": "enter"}
    return lambda: browser.post("/desk/calendar/notice/", form)


DAY = {"day": "2026-12-01", "works": "no", "name": "盘点", "reason": "年底盘点"}


@writes("calendar:day", "calendar.day_set")
def _day(world):
    browser = world.browser("administrator")
    return lambda: browser.post("/desk/calendar/day/", DAY)


@writes("calendar:take_back", "calendar.day_taken_back")
def _no_day(world):
    browser = world.browser("administrator")
    browser.post("/desk/calendar/day/", DAY)
    return lambda: browser.post("/desk/calendar/day/2026-12-01/", {"reason": "照旧"})


@writes("panel:step_up", "step_up_set")
def _step_up(world):
    browser = world.browser("supervisor")
    form = {"mode": "raised", "hours": "2", "reason": "有人在试"}
    return lambda: browser.post("/desk/lookups/step-up/", form)


@writes("viewing:reason", "viewing.reason_given")
def _more(world):
    browser = world.browser("support")
    form = {"code": "queue", "words": "", "next": "/desk/"}
    return lambda: browser.post("/account/viewing/reason/", form)


@writes("privacy:ask", "erasure.asked")
def _ask_to_erase(world):
    browser, form = world.browser("support"), _closed(world)
    return lambda: browser.post("/desk/audit/privacy/ask/", form)


def _closed(world) -> dict:
    world.close()
    return {"do": "ask", "subjects": world.case.subject, "ground": "unlawful", "words": "写错了"}


@writes("privacy:request", "erasure.approved", "data.locked", "data.erased", "erasure.refused")
def _agree_to_erase(world):
    asker, other = world.browser("support"), world.browser("supervisor")
    form = _closed(world)
    refused = asker.post("/desk/audit/privacy/ask/", form)["Location"]

    def go():
        other.post(refused, {"do": "refuse", "refusal": "不是本人"})
        for ground in ("consent", "unlawful"):
            asked = asker.post("/desk/audit/privacy/ask/", form | {"ground": ground})["Location"]
            other.post(asked, {"do": "approve"})

    return go


@writes("desk:unmask", "viewing.unmasked")
def _unmask(world):
    browser = world.browser("support")
    path = f"/desk/cases/{world.case.number}/contact/?view=all"
    return lambda: browser.post(path, {"code": "call", "words": ""})


@writes("desk:several", "case.resolved", "case.institution_replied", "case.assigned")
def _several(world):
    browser = world.browser("support")
    form = {"number": [world.case.number], "sure": "1", "body": "已办好。"}

    def go():
        for way in ("assign", "reply:all", "resolve"):
            reason = {
                "reason_resolve": "other",
                "cause_resolve": "none_found",
                "assignee": world.person("support").user.public_id,
            }
            browser.post("/desk/several/?view=all", form | reason | {"way": way})

    return go


@writes("desk:keep_view", "desk.view_kept", "desk.view_dropped")
def _keep_view(world):
    browser = world.browser("support")

    def go():
        browser.post("/desk/views/?view=all", {"name": "全部"})
        kept = SavedView.objects.get(name="全部")
        browser.post("/desk/views/", {"drop": kept.pk})

    return go


REPLY = {"do": "keep", "name": "请稍等", "language": "zh-hans", "audience": "all", "team": ""}
CANNED = ("desk.reply_made", "desk.reply_changed", "desk.reply_dropped")


def _replies(browser, path: str):
    def go():
        browser.post(path, REPLY | {"body": "{案件号} 正在查。"})
        reply = {"reply": CannedReply.objects.get().pk}
        browser.post(path, REPLY | reply | {"body": "{案件号} 查到了。"})
        browser.post(path, reply | {"do": "drop"})

    return go


@writes("desk:replies", *CANNED)
def _institutions_replies(world):
    return _replies(world.browser("supervisor"), "/desk/replies/")


@writes("merchant_cases:replies", *CANNED)
def _merchants_replies(world):
    return _replies(world.browser("clerk"), "/merchant/cases/replies/")


READ = "a notice is read, or is to be read again: nothing changes by it"
nothing("desk:notices", READ, "/desk/notices/", {"do": "all"}, "support")
nothing("merchant_cases:notices", READ, "/merchant/cases/notices/", {"do": "all"}, "clerk")


@writes("outbox:retry", "outbox.retried")
def _retry(world):
    browser = world.browser("operations")
    assert world.case
    Entry.objects.update(state="dead")
    return lambda: browser.post("/desk/outbox/retry/", {"entry": "all"})


@writes("desk:improve_act", "suggestion.made", "suggestion.put_aside", "item.made", "item.done")
def _improve(world):
    browser, user = world.browser("support"), world.person("support").user

    def go():
        for body in ("贴换纸图", "免单"):
            browser.post("/desk/improve/act/", {"do": "suggest", "body": body})
        first, second = Suggestion.objects.order_by("pk")
        form = {"title": "贴图", "owner": user.public_id, "due_on": "2030-01-01"}
        browser.post("/desk/improve/act/", form | {"do": "make_item", "suggestion": first.pk})
        form = {"do": "put_aside", "suggestion": second.pk, "reason": "做不到"}
        browser.post("/desk/improve/act/", form)
        form = {"do": "finish", "item": ActionItem.objects.get().pk, "outcome": "贴好了"}
        browser.post("/desk/improve/act/", form)

    return go
