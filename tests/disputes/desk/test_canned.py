"""Canned replies: kept by who may, filled from the case before they are read, never too far."""

import json

import pytest

from disputes import actions
from disputes.models import CannedReply, Message, Writing
from portal.audit.models import Event

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def keep(make_actor):
    supervisor = make_actor("supervisor")

    def make(body: str, audience: str = "all", name: str = "", actor=None, **values):
        given = {"name": name or body[:30], "language": "zh-hans", "audience": audience}
        return actions.keep_reply(actor=actor or supervisor, body=body, **(given | values))

    return make


@pytest.fixture
def desk(client, sign_in, case):
    sign_in("support")

    class Desk:
        path = f"/desk/cases/{case.number}/"

        def page(self):
            return client.get(self.path)

        def insert(self, reply, **form):
            given = {"verb": "reply:all", "body": "", "canned": reply.pk}
            return client.post(f"{self.path}act/", given | form)

        def send(self, **form):
            return client.post(f"{self.path}act/", form)

    return Desk()


def offered(page) -> dict[str, str]:
    return {each.name: each.missing for each in page.context["composer"].canned}


# --- Keeping them -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "audience", "told"),
    [
        ("{案件}办好了", "all", "没有“{案件}”这个占位词"),
        ("{案件号 办好了", "all", "花括号要成对"),
        ("由{负责人}办", "all", "“{负责人}”不能给“客户与商户”看"),
        ("由{person in charge}办", "merchant", "“{负责人}”不能给"),
        ("终端 {终端号}", "all", "“{终端号}”不能给"),
        ("  ", "all", "请写下您要说的话"),
    ],
)
def test_what_does_not_fit_is_said_beside_the_field(keep, body, audience, told):
    with pytest.raises(actions.Invalid) as refused:
        keep(body, audience, name="一条")
    assert refused.value.field == "body"
    assert told in str(refused.value.message)
    assert not CannedReply.objects.exists()


def test_the_page_loses_nothing_that_was_typed(client, sign_in):
    sign_in("supervisor")
    form = {"name": "交接", "language": "zh-hans", "audience": "internal", "body": "{谁}接着办"}
    page = client.post("/desk/replies/", form | {"do": "keep", "team": "support"})
    assert page.status_code == 422
    assert "{谁}接着办</textarea>" in page.text
    assert page.context["form"]["team"] == "support"
    assert client.post("/desk/replies/", form | {"do": "keep", "body": "好"}).status_code == 302


@pytest.mark.parametrize(
    ("role", "may"),
    [
        *(("support", False), ("operations", False), ("auditor", False), ("administrator", False)),
        *(("supervisor", True), ("clerk", True), ("manager", True)),
    ],
)
def test_supervisors_keep_the_institutions_and_shops_their_own(keep, make_actor, role, may):
    actor = make_actor(role)
    if may:
        assert keep("好", actor=actor).organisation == actor.organisation
    else:
        with pytest.raises(actions.NotAllowed):
            keep("好", actor=actor)


def test_nobody_reaches_another_organisations(keep, client, sign_in, shop, make_actor):
    ours, theirs = keep("机构内部的话", "internal"), keep("店里的话", actor=shop.manager)
    sign_in("clerk")  # of a third
    assert client.get("/merchant/cases/replies/").context["replies"] == []
    for reply in (ours, theirs):
        assert client.get(f"/merchant/cases/replies/?edit={reply.pk}").status_code == 404
        form = {"do": "drop", "reply": reply.pk}
        assert client.post("/merchant/cases/replies/", form).status_code == 404
    assert CannedReply.objects.count() == 2
    with pytest.raises(actions.Invalid):  # a word of the institution's
        keep("{负责人}", "internal", actor=shop.clerk)


def test_each_change_is_told_with_what_was_before(keep):
    reply = keep("正在查")
    keep("查到了", name=reply.name, reply=reply)
    keep("查到了", name=reply.name, reply=reply)  # nothing changes
    with pytest.raises(actions.Invalid):
        keep("又一条", name=reply.name)
    actions.drop_reply(reply, actor=_supervisor(reply))
    actions.drop_reply(reply, actor=_supervisor(reply))
    events = list(Event.objects.filter(subject=f"reply:{reply.pk}").order_by("pk"))
    assert [event.type for event in events] == [
        "desk.reply_made",
        "desk.reply_changed",
        "desk.reply_dropped",
    ]
    told = json.loads(events[1].text)
    assert (told["before"]["body"], told["after"]["body"]) == ("正在查", "查到了")


def _supervisor(reply):
    from portal.accounts.actor import Actor

    return Actor.member(reply.changed_by.memberships.get())


# --- Using them ---------------------------------------------------------------------------------


def test_it_stands_filled_under_what_is_typed_and_nothing_is_sent(keep, desk, case):
    reply = keep("{案件号}：{ 消费金额 }，{支付机构}正在核对。")
    page = desk.insert(reply, body="您好！", verb="resolve", reason_resolve="explained")
    filled = f"您好！\n{case.number}：¥386.50，江岸支付正在核对。"
    assert page.context["composer"].body == filled
    assert page.context["composer"].chosen == "resolve"
    assert 'value="explained" selected' in page.text
    assert not Message.objects.filter(body__contains="正在核对").exists()
    assert desk.page().context["composer"].body == filled  # kept as what is being written
    desk.send(verb="reply:all", body=filled)
    assert Message.objects.get(body=filled).audience == "all"
    assert not Writing.objects.exists()


def test_it_is_offered_by_language_team_and_what_the_case_has(keep, desk, case, open_case, client):
    keep("找到了", name="中文")
    keep("Found {reference}", "merchant", name="给商户", language="en")
    keep("Hello", name="英文", language="en")
    keep("别人的", name="运营的", team="operations")
    keep("申请的是{申请退款金额}", name="没有的")
    assert offered(desk.page()) == {"中文": "", "没有的": ""}
    reply = keep("{参考号}", "internal", name="没有值")
    case.payment.rrn = ""
    case.payment.save()
    assert offered(desk.page())["没有值"] == "参考号"
    page = desk.insert(reply, body="写着的")
    assert page.status_code == 422
    assert "这件案件没有参考号" in page.text
    assert "写着的</textarea>" in page.text


@pytest.mark.parametrize("kept", ["交接：{负责人}接着办", "客户难缠，少说两句"])
def test_what_is_internal_never_goes_to_a_customer(keep, desk, case, support, kept):
    actions.assign(case, actor=support, assignee=support.user)
    reply = keep(kept, "internal")
    page = desk.insert(reply, body="您好", verb="reply:all")
    body = page.context["composer"].body
    assert page.context["composer"].chosen == "add_note"  # not to the customer any more
    for verb in ("reply:all", "reply:merchant", "ask_consumer", "resolve"):
        refused = desk.send(verb=verb, body=body)
        assert refused.status_code == 422
        assert "只给“内部备注”看，还没有发送" in refused.text
    assert not Message.objects.filter(body=body).exists()
    assert desk.send(verb="add_note", body=body).status_code == 302
    assert Message.objects.get(body=body).audience == "internal"


def test_another_organisations_is_not_put_in(keep, desk, shop):
    reply = keep("店里的话", actor=shop.manager)
    assert offered(desk.page()) == {}
    page = desk.insert(reply)
    assert page.status_code == 422
    assert "店里的话" not in page.text
