import json

import pytest

from portal.accounts.actor import Actor
from portal.audit.models import Event
from receipts import slip_evidence

pytestmark = pytest.mark.django_db
CUSTOMER = Actor.consumer("browser:1")


@pytest.fixture
def unknown(make_payment):
    return make_payment(slip_printed="unknown", slip_cause="", slip_known_from="")


def test_it_notes_what_was_not_known_and_says_so_in_the_trail(unknown):
    assert slip_evidence.record(unknown, printed="no", known_from="complaint", actor=CUSTOMER)
    unknown.refresh_from_db()
    assert unknown.revision == 1  # a statement about paper is no new state: no new issue of a slip
    assert (unknown.slip_printed, unknown.slip_known_from) == ("no", "complaint")
    told = json.loads(Event.objects.get(subject=f"payment:{unknown.pk}").text)
    assert told["after"] == {"slip_printed": "no", "cause": "", "known_from": "complaint"}


@pytest.mark.parametrize("printed", ["yes", "no"])
def test_what_a_machine_said_stays(make_payment, printed):
    payment = make_payment(slip_printed=printed, slip_known_from="file")
    assert not slip_evidence.record(payment, printed="no", known_from="complaint", actor=CUSTOMER)
    payment.refresh_from_db()
    assert (payment.slip_printed, payment.slip_known_from, payment.revision) == (
        printed, "file", 1,
    )  # fmt: skip
    assert not Event.objects.exists()


def test_it_takes_only_words_of_the_taxonomy(unknown):
    with pytest.raises(ValueError, match="perhaps"):
        slip_evidence.record(unknown, printed="perhaps", known_from="complaint", actor=CUSTOMER)
    with pytest.raises(ValueError, match="gremlins"):
        slip_evidence.record(
            unknown, printed="no", known_from="complaint", actor=CUSTOMER, cause="gremlins"
        )
