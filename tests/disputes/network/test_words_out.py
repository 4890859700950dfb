"""Letters about a track: in the words of its version of the policy, in the reader's language."""

import pytest

from disputes.models import NetworkDispute, NetworkWord, PolicyVersion
from disputes.network import words_out
from disputes.policy import limits, network, texts
from portal.outbox.models import Entry

pytestmark = pytest.mark.django_db
OWN = {"en": {"subject": "{institution} needs the slip", "body": "Upload it here: {link}"}}


def reworded(number: int, name: str) -> PolicyVersion:
    return PolicyVersion.objects.create(
        number=number, limits=dict(limits.DEFAULTS), texts={name: OWN}
    )


def to_merchant() -> list[dict]:
    found = Entry.objects.filter(topic="network.news", effect_key__contains="-merchant-")
    return [entry.payload for entry in found.order_by("pk")]


@pytest.mark.parametrize("to", ["network_staff", "network_merchant"])
def test_every_text_is_of_a_step_or_of_a_deadline(to):
    assert set(texts.OF[to]) <= {*network.STEPS, *NetworkWord.What.values, "slip"}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_new_track_is_told_in_the_new_words_and_an_old_one_keeps_its_own(
    credit, make_payment, shop, receive, language
):
    shop.manager.user.language = language
    shop.manager.user.save()
    old = receive(credit, "E04")
    before = to_merchant()[0]
    reworded(2, "network_merchant.E04")
    receive(make_payment(shop.merchant, card_kind="credit"), "E04")
    of_old, of_new = before, to_merchant()[1]
    if language == "en":
        assert of_new["subject"] == "Jiang'an Payments needs the slip"
        assert of_new["body"].startswith("Upload it here: http")
        assert "Jiang'an" not in of_old["subject"]
    else:  # only English was reworded
        assert of_new["subject"] == of_old["subject"] == str(texts.OF["network_merchant"]["E04"])
    # What comes to the old one after the change, too.
    Entry.objects.all().delete()
    row = NetworkDispute.objects.get(pk=old.pk)
    step = row.steps.get()
    step.pk = 999_999
    words_out.of_step(row, step)
    assert to_merchant()[0]["subject"] == of_old["subject"]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_letter_bears_a_link_and_nothing_of_the_matter(credit, receive, shop, language):
    shop.manager.user.language = language
    shop.manager.user.save()
    track = receive(credit, "E04")
    (letter,) = to_merchant()
    assert f"/merchant/cases/network/{track.public_id}/" in letter["body"]
    for secret in (track.case.number, credit.card_tail, shop.merchant.name, "{", "%"):
        assert secret not in letter["subject"] + letter["body"]
