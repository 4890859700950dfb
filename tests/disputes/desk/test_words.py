"""Finding cases by what was said in them: each party by what it may read, nobody by more."""

import pytest

from disputes import actions, wording
from disputes.desk import found
from disputes.models import Message
from portal.words import index
from portal.words.newest import newest

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def numbers(open_case):
    return lambda words, actor, **more: [c.number for c in found.found(words, actor, **more).rows]


@pytest.fixture
def told(case, say, support, shop, new_key):
    """A case in which everybody has said something else."""
    say(case, shop.manager, "厨房那边退了单。")
    say(case, shop.manager, "收银机昨天坏了。", audience="merchant")
    actions.add_note(case, actor=support, body="终端没有回执，怀疑缺纸。", submission_key=new_key())
    actions.add_note(case, actor=shop.clerk, body="老板娘认识这位。", submission_key=new_key())
    return case


def test_the_conversation_is_found_in_chinese(told, numbers, support, shop):
    for words in ("清蒸鲈鱼", "鲈鱼", "厨房", "收银机 厨房", "昨天坏"):
        assert numbers(words, support) == [told.number], words
        assert numbers(words, shop.manager) == [told.number], words
    assert numbers("红烧", support) == []


def test_nobody_finds_by_a_note_that_is_not_theirs(told, numbers, support, shop):
    assert numbers("怀疑缺纸", support) == [told.number]
    assert numbers("怀疑缺纸", shop.manager) == []
    assert numbers("老板娘", shop.manager) == [told.number]
    assert numbers("老板娘", support) == []
    # Nor by a word of theirs beside one that is not.
    assert numbers("厨房 怀疑缺纸", shop.manager) == []


def test_even_a_wrong_index_finds_nothing_for_others(told, numbers, shop):
    index.add(wording.SHARED, told.pk, [("怀疑缺纸", 1)])
    assert numbers("怀疑缺纸", shop.manager) == []


def test_another_merchant_finds_nothing(told, numbers, make_shop):
    assert numbers("厨房", make_shop().manager) == []


def test_a_masked_number_is_not_found(open_case, numbers, support):
    open_case(body="请打我电话 13812345678，谢谢。")
    assert numbers("13812345678", support) == []
    assert len(numbers("请打我电话", support)) == 1


def test_the_words_found_stand_in_the_row(told, client, sign_in):
    sign_in("support")
    page = client.get("/desk/?q=收银机")
    assert "收银机昨天坏了" in page.context["rows"][0].word
    sign_in("auditor")
    assert "收银机昨天坏了" in client.get("/desk/?q=收银机").text


def test_pages_of_what_is_found_follow_each_other(open_case, support, monkeypatch):
    cases = [open_case(body=f"第{n}次来问同一件事") for n in range(5)]
    monkeypatch.setattr(found, "PAGE", 2)
    monkeypatch.setattr("disputes.desk.paging.PAGE", 2)
    seen, after = [], ""
    for _page in range(3):
        page = found.found("来问同一件事", support, after)
        seen += [case.number for case in page.rows]
        after = page.next
    assert seen == [case.number for case in reversed(cases)]
    assert after == ""


def test_a_rebuilt_index_is_the_same(told, db):
    def rows():
        kept = index.Gram.objects.filter(kind__in=wording.KINDS)
        return set(kept.values_list("kind", "gram", "ref"))

    before = rows()
    for kind in wording.KINDS:
        index.rebuild(kind)
    assert rows() == before
    assert Message.objects.filter(audience="internal").count() == 2


def test_the_rarest_piece_leads_and_what_was_not_looked_at_is_said(db, monkeypatch):
    for ref in range(1, 41):
        index.add("thing", ref, [("天天开门" if ref % 10 else "天天关门", 1)])
    assert newest(["thing"], "天天关门", most=9).refs == [40, 30, 20, 10]
    assert newest(["thing"], "天天", most=3).refs == [40, 39, 38]
    assert newest(["thing"], "天天关门", most=9, below=30).refs == [20, 10]
    monkeypatch.setattr("portal.words.newest.LOOKED_AT", 15)
    monkeypatch.setattr("portal.words.newest.RARE", 2)
    some = newest(["thing"], "天天开门", most=50)
    assert (len(some.refs), some.all_seen) < (36, True)
    assert not some.all_seen


def test_words_of_a_merged_case_are_found_in_the_one_that_goes_on(
    told, open_case, numbers, support, shop, say, new_key, pass_time
):
    pass_time(hours=1)
    second = open_case(kind="disputed_charge", reason="wrong_amount", payment=told.payment)
    say(second, shop.clerk, "多刷了两百。")
    actions.add_note(second, actor=support, body="打过电话问银行", submission_key=new_key())
    assert numbers("多刷了两百", support) == [second.number]
    actions.merge(second, actor=support, other=told)
    for words in ("多刷了两百", "打过电话问银行", "厨房 多刷了两百"):
        assert numbers(words, support) == [told.number], words
    assert numbers("多刷了两百", shop.manager) == [told.number]
    assert numbers("打过电话问银行", shop.manager) == []
    before = set(index.Gram.objects.values_list("kind", "gram", "ref"))
    for kind in wording.KINDS:
        index.rebuild(kind)
    assert set(index.Gram.objects.values_list("kind", "gram", "ref")) == before
    second.refresh_from_db()
    actions.part(second, actor=support)
    assert numbers("多刷了两百", support) == [second.number]
    assert numbers("厨房", support) == [told.number]
