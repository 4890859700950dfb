"""Texts of messages out that an institution words in its own way, checked when they are saved."""

import json
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from disputes import digest, messages_out, moment, policy
from disputes.models import PolicyVersion
from disputes.policy import texts
from disputes.policy.table import Notice
from portal.audit.models import Event
from portal.outbox.models import Entry

pytestmark = pytest.mark.django_db
NAME = "consumer.resolved"


def add(name: str = NAME) -> str:
    return f"/admin/disputes/policyversion/add/?part=texts&about={name}"


ADD = add()


def typed(name: str = NAME, **changed) -> dict:
    fields: dict = {"after": str(policy.current_version().number), "note": "更亲切"}
    for language in texts.LANGUAGES:
        letter = texts.of(policy.current_version().texts, name, language)
        short = language.replace("-", "_")
        fields |= {f"{short}_subject": letter.subject, f"{short}_body": letter.body}
    return fields | changed


OWN = {
    "zh_hans_subject": "{支付机构}：{案件号} 有结果了",
    "zh_hans_body": "您好，结果在这里：\r\n{链接}\r\n{ 案件号 }",
}


@pytest.fixture
def told(institution):
    def tell(case) -> Entry:
        Entry.objects.all().delete()
        with transaction.atomic():
            messages_out.tell(case, Notice("consumer", "resolved"), "key")
        return Entry.objects.get()

    return tell


@pytest.mark.parametrize("name", [name for name, _title in texts.names()])
@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_what_is_delivered_could_be_saved(name, language):
    letter = texts.delivered(name, language)
    texts.check_subject(name, letter.subject, language)
    texts.check_body(name, letter.body)


def test_a_case_under_the_new_version_is_told_in_the_new_words(
    client, sign_in, open_case, told, institution
):
    old = open_case()
    sign_in("administrator")
    assert client.post(ADD, typed(**OWN)).status_code == 302
    assert set(policy.current_version().texts[NAME]) == {"zh-hans"}  # English stays as delivered
    case = open_case(contact="other@example.org")
    sent = told(case).payload
    assert sent["subject"] == f"江岸支付：{case.number} 有结果了"
    assert sent["body"].startswith("您好，结果在这里：\nhttp")
    assert f"\n{case.number}\n" in sent["body"]
    assert "两个问题" in sent["body"]  # what we add is there all the same
    assert "有结果了，请查看" in told(old).payload["subject"]
    mobile = open_case(contact_kind="mobile", contact="13800138000")
    words = told(mobile).payload["body"]
    assert words.startswith(f"【小票】江岸支付：{mobile.number} 有结果了。 http")
    event = json.loads(Event.objects.get(type="policy.version_made").text)
    assert event["before"]["texts"] == {}
    assert event["after"]["texts"][NAME]["zh-hans"]["subject"] == OWN["zh_hans_subject"]
    # Worded as delivered again, it is none of one's own.
    first = texts.delivered(NAME, "zh-hans")
    back = {"zh_hans_subject": first.subject, "zh_hans_body": first.body}
    assert client.post(ADD, typed(**back)).status_code == 302
    assert policy.current_version().texts == {}


@pytest.mark.parametrize(
    ("changed", "field", "told"),
    [
        ({"zh_hans_subject": "{金额}到了"}, "zh_hans_subject", "没有“{金额}”这个占位词"),
        ({"zh_hans_subject": "打开 {链接}"}, "zh_hans_subject", "没有“{链接}”这个占位词"),
        ({"zh_hans_body": "没有链接"}, "zh_hans_body", "正文里要有 {链接}"),
        ({"en_body": "{link} {case"}, "en_body", "花括号要成对"),
        ({"en_subject": "x" * 201}, "en_subject", "200"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(client, sign_in, changed, field, told):
    sign_in("administrator")
    page = client.post(ADD, typed(**{**OWN, **changed}))
    errors = page.context["adminform"].form.errors
    assert list(errors) == [field]
    assert told in str(errors[field])
    assert changed[field] in page.text
    assert PolicyVersion.objects.count() == 1


def test_a_preview_shows_what_becomes_of_it_and_saves_nothing(client, sign_in, institution):
    sign_in("administrator")
    page = client.post(ADD, typed(**OWN, _preview="1")).text
    assert "江岸支付：2611-0472 有结果了" in page
    assert "这是预览，还没有保存" in page
    assert 'class="errornote"' not in page
    assert "{支付机构}：{案件号} 有结果了" in page  # what was typed is there
    assert PolicyVersion.objects.count() == 1


MORNING = "gathered.digest"


def test_the_morning_mail_is_worded_by_the_version_in_force(client, sign_in, case, shop, clock):
    sign_in("administrator")
    body = "{merchant}: {waiting} waiting, {due today} due, {new} new.\n{link}"
    own = {"en_subject": "{institution}: {waiting} open", "en_body": body}
    preview = client.post(add(MORNING), typed(MORNING, **own, _preview="1")).text
    assert "an Payments: 6 open" in preview  # as its reader would have it
    assert "6 waiting, 2 due, 3 new." in preview
    for placeholder in ("{等您办的}", "{waiting}"):  # each field in its own language
        assert placeholder in preview
    assert client.post(add(MORNING), typed(MORNING, **own)).status_code == 302
    shop.manager.user.language = "en"
    shop.manager.user.save()
    tomorrow = timezone.localtime(moment.now()) + timedelta(days=1)
    assert digest.send(tomorrow.replace(hour=9, minute=0)) == 1
    mail = Entry.objects.get(topic=digest.TOPIC).payload
    assert mail["subject"] == "Jiang'an Payments: 1 open"
    assert mail["body"].startswith(f"{shop.organisation.display_name}: 1 waiting, ")
    assert "/merchant/cases/" in mail["body"]


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("gathered.given", "{案件号}"),
        ("gathered.digest", "{分给您的}"),
        ("consumer.resolved", "{等您办的}"),
        # It may hang on a case that its merchant has no part in.
        ("network_merchant.E04", "{案件号}"),
    ],
)
def test_a_text_has_its_own_placeholders(client, sign_in, name, wrong):
    sign_in("administrator")
    page = client.post(add(name), typed(name, zh_hans_body=f"{wrong}\n{{链接}}"))
    errors = page.context["adminform"].form.errors
    assert list(errors) == ["zh_hans_body"]
    assert f"没有“{wrong}”这个占位词" in str(errors)
