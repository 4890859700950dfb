"""Merchants found by what people remember of them, on both databases."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from portal.words import index
from portal.words.models import Gram
from receipts.merchant_search import KIND, named
from receipts.models import Merchant

pytestmark = pytest.mark.django_db


@pytest.fixture
def shops(make_merchant):
    return [
        make_merchant("半山听雨茶餐厅（江北店）", name_en="Banshan Tea House", city="重庆"),
        make_merchant("小雨文具店", name_en="Rain Stationery", city="武汉"),
        make_merchant("文具", name_en="", city="成都"),
        make_merchant("7天连锁酒店", name_en="7 Days Inn", city="武汉"),
        make_merchant("Café Zoë", name_en="", city="上海"),
        make_merchant("大文具批发市场", name_en="", city="武汉"),
    ]


def found(words, actor, most=12):
    return [each.name for each in named(words, Merchant.objects.visible_to(actor), actor, most)[0]]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("听雨", ["半山听雨茶餐厅（江北店）"]),
        ("餐厅江北", ["半山听雨茶餐厅（江北店）"]),
        ("山", ["半山听雨茶餐厅（江北店）"]),
        ("7天", ["7天连锁酒店"]),
        ("cafe", ["Café Zoë"]),
        ("ＺＯＥ", ["Café Zoë"]),
        ("tea", ["半山听雨茶餐厅（江北店）"]),
        ("武汉 酒店", ["7天连锁酒店"]),
        ("武汉酒店", ["7天连锁酒店"]),  # no merchant has 汉酒: the nearest
        ("重庆", ["半山听雨茶餐厅（江北店）"]),
        ("不存在的店", []),
        ("·、", []),
        ("%", []),
    ],
)
def test_a_part_of_the_name_is_enough(shops, support, words, names):
    assert found(words, support) == names


def test_the_nearest_comes_first(shops, support):
    """A name that begins with the word, then those that hold it, the shorter first."""
    assert found("文", support) == ["文具", "小雨文具店", "大文具批发市场"]
    assert found("文具", support) == ["文具"]  # exactly so called
    assert found("武汉", support) == ["小雨文具店", "7天连锁酒店", "大文具批发市场"]


def test_a_number_finds_by_any_part_of_it(shops, support):
    number = shops[3].merchant_no
    assert found(number, support) == ["7天连锁酒店"]
    assert "7天连锁酒店" in found(number[-4:], support)


def test_that_it_is_only_near_is_said(shops, support):
    merchants = Merchant.objects.visible_to(support)
    assert named("听雨", merchants, support, 12)[1] is True
    assert named("武汉酒店", merchants, support, 12)[1] is False


def test_a_merchant_finds_its_own_shops_alone(shops, make_actor, make_merchant_organisation):
    house = make_merchant_organisation()
    Merchant.objects.filter(pk=shops[1].pk).update(organisation=house)
    clerk = make_actor("clerk", house)
    assert found("文具", clerk) == ["小雨文具店"]
    assert found("酒店", clerk) == []


def is_in_step():
    """Whether the index holds what a rebuild would write."""
    held = set(Gram.objects.values_list("kind", "gram", "ref", "weight"))
    index.rebuild(KIND)
    return held == set(Gram.objects.values_list("kind", "gram", "ref", "weight"))


def test_every_way_of_writing_a_merchant_keeps_the_index_in_step(shops, support):
    shops[0].name = "渡口五金行"
    shops[0].save()
    assert (found("五金", support), found("听雨", support)) == (["渡口五金行"], [])
    Merchant.objects.filter(name="文具").update(name="墨香书店")
    assert found("书店", support) == ["墨香书店"]
    made = Merchant.objects.bulk_create(
        Merchant(merchant_no=f"89842105812{n:04}", name=f"渡口 {n}") for n in range(3)
    )
    made[0].name = "山脚自行车行"
    Merchant.objects.bulk_update(made, ["name"])
    assert len(found("渡口", support)) == 3
    made[1].delete()
    Merchant.objects.filter(pk=made[2].pk).delete()
    assert found("渡口", support) == ["渡口五金行"]
    assert found("自行", support) == ["山脚自行车行"]
    assert is_in_step()


def test_a_change_that_fails_leaves_the_index_as_it_was(shops, support):
    from django.db import transaction

    try:
        with transaction.atomic():
            Merchant.objects.filter(pk=shops[0].pk).update(name="渡口五金行")
            raise RuntimeError
    except RuntimeError:
        pass
    assert (found("五金", support), found("听雨", support)) == ([], ["半山听雨茶餐厅（江北店）"])


def test_rebuilding_brings_back_what_was_lost(shops, support):
    Gram.objects.all().delete()
    assert found("听雨", support) == []
    call_command("rebuild_words")
    assert found("听雨", support) == ["半山听雨茶餐厅（江北店）"]
    with pytest.raises(CommandError, match="merchant"):
        call_command("rebuild_words", "nothing")


def test_finding_stands_on_the_index(shops):
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    for words in ("听雨茶餐", "7天", "店"):
        plan = index.having_all(KIND, index.grams.of_query(words)).explain()
        assert "SCAN words_gram" not in plan.replace("SCAN words_gram USING", "")
        assert "Seq Scan" not in plan


HEAD = "source_id,merchant_no,merchant_name,terminal_no,date,time,amount\n"


def test_a_merchant_that_a_file_brings_or_completes_is_found_at_once(load_rows, support):
    """Files make merchants in bulk, past the model."""
    load_rows(HEAD + "T1,898521058120777,,00000001,2026-11-20,10:00:00,1.00\n")
    assert found("0777", support) == ["898521058120777"]
    load_rows(HEAD + "T2,898521058120777,巷口影像,00000001,2026-11-21,10:00:00,1.00\n")
    assert found("影像", support) == ["巷口影像"]
    assert is_in_step()
