"""What leaves the house: a link and what to do, whoever reads it and whatever happened."""

import re

import pytest
from django.db import transaction

from disputes import messages_out
from disputes.policy import KINDS, OPENING, steps_of, texts
from disputes.policy.table import Notice
from portal.gate import links
from portal.outbox.models import Entry

pytestmark = pytest.mark.django_db

ALL_STEPS = [step for kind in KINDS for step in steps_of(kind)]
NOTICES = sorted(
    {(n.to, n.text) for s in (*ALL_STEPS, *OPENING.values()) for n in s.tells if n.to != "owner"}
    | {("consumer", "slip_ready")}  # told by disputes.subscriptions
    | {("consumer", "network_news")}  # told by disputes.network.words_out
    | {(to, "refund_confirmed") for to in ("consumer", "merchant")}  # disputes.refunds.confirming
    | {("staff", "assigned"), ("staff", "mentioned")}  # actions.assign, disputes.mentions
    | {("staff", "due_soon"), ("staff", "overdue")}  # disputes.due_words
    | {("staff", "refund_asked"), ("staff", "extension_asked")}  # actions.propose_refund, extend
    | {("staff", "extension_approved"), ("staff", "extension_refused")}  # and its answer
    | {("staff", "network_asked"), ("staff", "refund_refused")}  # and actions.approve_refund
    | {("staff", "refund_failed")}  # refunds.course
    | {("staff", "network_refused"), ("staff", "network_expired")},  # and network.expiring
)


@pytest.fixture
def told(institution, shop):
    """The outbox rows of one notice; of those to one person who works on the case, to this one."""

    def tell(case, to, text) -> list[Entry]:
        Entry.objects.all().delete()
        with transaction.atomic():
            if to == "staff":
                link, user = messages_out.desk_address(case), shop.manager.user
                messages_out.tell_users(case, [user], text, link, key="key")
            else:
                messages_out.tell(case, Notice(to, text), "key")
        return list(Entry.objects.all())

    return tell


def test_every_text_is_used_and_every_notice_has_one():
    of_cases = {(to, text) for to, written in texts.OF_CASES.items() for text in written}
    assert of_cases == set(NOTICES)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("kind", ["email", "mobile"])
@pytest.mark.parametrize(("to", "text"), NOTICES)
def test_nothing_of_the_matter_stands_in_it(told, open_case, shop, to, text, kind, language):
    contact = {"email": "guest@example.org", "mobile": "13800138000"}[kind]
    case = open_case(
        body="清蒸鲈鱼没上 fish", contact_kind=kind, contact=contact, language=language
    )
    shop.manager.user.language = language
    shop.manager.user.save()
    (entry,) = told(case, to, text)
    written = entry.payload.get("subject", "") + "\n" + entry.payload["body"]
    for secret in (
        "鲈鱼", "fish", "386", "7712", "14:05", shop.merchant.name, shop.organisation.name,
        contact, shop.manager.user.name, case.payment.rrn,
    ):  # fmt: skip
        assert secret not in written
    assert case.number in written
    assert re.search("[%{}]", written) is None, "a placeholder was not filled"
    assert bool(re.search("[\u4e00-\u9fff]", written)) == (language == "zh-hans")
    assert entry.language == language
    assert len(entry.effect_key) <= 120


@pytest.mark.parametrize("text", texts.CONSUMER_TEXTS)
def test_the_customers_link_opens_the_case_and_the_shops_asks_for_a_sign_in(told, case, text):
    (entry,) = told(case, "consumer", text)
    token = re.search(r"/link/([\w-]+)/", entry.payload["body"])[1]
    assert links.find(token).subject == case.number


def test_the_shops_link_bears_no_right(told, case):
    (entry,) = told(case, "merchant", "opened")
    assert "/link/" not in entry.payload["body"]
    assert f"/merchant/cases/{case.number}/" in entry.payload["body"]


def test_a_short_message_fits_three_parts(told, open_case):
    """67 characters of Chinese to a part of a long message, 153 of Latin script."""
    for language, most in (("zh-hans", 3 * 67), ("en", 3 * 153)):
        case = open_case(
            contact_kind="mobile", contact=f"1380013800{len(language)}", language=language
        )
        for text in texts.CONSUMER_TEXTS:
            (entry,) = told(case, "consumer", text)
            assert len(entry.payload["body"]) <= most


def test_the_same_notice_under_the_same_key_is_one_message(case):
    Entry.objects.all().delete()
    for _ in range(2):
        with transaction.atomic():
            messages_out.tell(case, Notice("consumer", "resolved"), "key")
    assert Entry.objects.count() == 1


def test_people_without_a_mailbox_or_who_left_are_passed_over(told, case, shop, make_member):
    other = make_member("manager", shop.organisation)
    other.user.email = ""
    other.user.save()
    gone = make_member("manager", shop.organisation)
    gone.user.is_active = False
    gone.user.save()
    assert [e.recipient for e in told(case, "merchant", "opened")] == [shop.manager.user.email]
