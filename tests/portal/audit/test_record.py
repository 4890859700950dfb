"""`audit.record`: one event, chained to the one before, in the transaction of its change."""

import hashlib
import json
import threading
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from portal import audit
from portal.accounts.actor import Actor
from portal.audit.models import Chain, Event, Opening
from portal.audit.trail import NotInTransaction, canonical, commitment
from tests.audit import unguarded


def chain_is_whole(subject: str) -> bool:
    """As an outsider would see it: from the stored text alone."""
    previous, expected = "", 1
    for event in Event.objects.filter(subject=subject).order_by("sequence"):
        told = json.loads(event.text)
        if (
            event.sequence != expected
            or told["sequence"] != expected
            or told["previous"] != previous
            or event.previous_hash != previous
            or hashlib.sha256(event.text.encode()).hexdigest() != event.hash
            or told["subject"] != subject
        ):
            return False
        previous, expected = event.hash, expected + 1
    head = Chain.objects.get(subject=subject)
    return (head.sequence, head.hash) == (expected - 1, previous)


@pytest.mark.django_db
class TestAnEvent:
    def test_it_holds_who_did_what_when(self, make_member):
        member = make_member("supervisor")
        event = audit.record(
            "case:2611-0472",
            "case.resolved",
            actor=Actor.member(member),
            before={"stage": "institution"},
            after={"stage": "resolved", "amount_minor": 38650, "partly": False},
            reason="refund_agreed",
            at=datetime(2026, 11, 23, 7, 40, 0, 123456, tzinfo=UTC),
        )
        assert json.loads(event.text) == {
            "subject": "case:2611-0472",
            "sequence": 1,
            "previous": "",
            "type": "case.resolved",
            "actor": f"user:{member.user.public_id}",
            "role": "supervisor",
            "on_behalf_of": "",
            "at": "2026-11-23T07:40:00.123456Z",
            "before": {"stage": "institution"},
            "after": {"stage": "resolved", "amount_minor": 38650, "partly": False},
            "personal": {},
            "reason": "refund_agreed",
        }

    def test_its_text_has_one_form_only(self):
        assert canonical({"b": 1, "a": ["二", True, None]}) == '{"a":["二",true,null],"b":1}'

    def test_its_columns_say_what_its_text_says(self, actor):
        event = audit.record("case:1", "case.opened", actor=actor)
        told = json.loads(event.text)
        assert (event.subject, event.type, event.actor) == (
            told["subject"],
            told["type"],
            told["actor"],
        )
        assert event.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ") == told["at"]

    @pytest.mark.parametrize(
        "value",
        [1.5, {"deep": [1, {"deeper": 0.1}]}, Decimal("1.50"), datetime(2026, 1, 1), {1, 2}, b"x"],
        ids=lambda value: type(value).__name__,
    )
    def test_it_holds_no_float_and_nothing_without_one_form(self, actor, value):
        with pytest.raises(TypeError):
            audit.record("case:1", "case.opened", actor=actor, after={"value": value})
        assert not Event.objects.exists()


@pytest.mark.django_db
class TestTheChain:
    def test_each_event_names_the_one_before(self, actor):
        for number in range(5):
            audit.record("case:1", "case.replied", actor=actor, after={"number": number})
        assert Event.objects.filter(subject="case:1").count() == 5
        assert chain_is_whole("case:1")

    def test_every_subject_has_its_own(self, actor):
        for subject in ("case:1", "case:2", "case:1"):
            audit.record(subject, "case.replied", actor=actor)
        assert [e.sequence for e in Event.objects.order_by("pk")] == [1, 1, 2]
        assert chain_is_whole("case:1")
        assert chain_is_whole("case:2")

    @pytest.mark.parametrize("column", ["text", "previous_hash", "hash", "sequence"])
    def test_this_test_would_see_a_change(self, actor, column):
        for _ in range(3):
            audit.record("case:1", "case.replied", actor=actor)
        middle = Event.objects.get(sequence=2)
        changed = {"text": middle.text.replace("replied", "nothing"), "sequence": 9}
        with unguarded():
            Event.objects.filter(pk=middle.pk).update(**{column: changed.get(column, "0" * 64)})
        assert not chain_is_whole("case:1")

    def test_one_place_is_taken_once(self, actor):
        event = audit.record("case:1", "case.opened", actor=actor)
        event.pk = None
        with pytest.raises(IntegrityError), transaction.atomic():
            event.save(force_insert=True)


@pytest.mark.django_db
class TestPersonalValues:
    def test_they_are_in_the_event_as_commitments_only(self, actor):
        event = audit.record(
            "case:1",
            "case.opened",
            actor=actor,
            personal={"body": "我是林小雨", "contact": "a@b.c"},
        )
        assert "林小雨" not in event.text
        assert "a@b.c" not in event.text
        told = json.loads(event.text)["personal"]
        for opening in event.openings.all():
            assert told[opening.field] == commitment(opening.salt, opening.value)

    def test_the_same_value_is_committed_to_differently_each_time(self, actor):
        events = [
            audit.record("case:1", "case.replied", actor=actor, personal={"contact": "a@b.c"})
            for _ in range(2)
        ]
        first, second = (json.loads(event.text)["personal"]["contact"] for event in events)
        assert first != second

    def test_erasing_them_leaves_the_chain_whole(self, actor):
        for _ in range(3):
            audit.record("case:1", "case.replied", actor=actor, personal={"body": "林小雨"})
        Opening.objects.filter(event__sequence=2).delete()
        assert Opening.objects.count() == 2
        assert chain_is_whole("case:1")
        text = Event.objects.get(sequence=2).text
        assert "body" in json.loads(text)["personal"], "that something was there is still told"


@pytest.mark.django_db(transaction=True)
class TestTheTransaction:
    def test_it_is_refused_outside_of_one(self, actor):
        with pytest.raises(NotInTransaction, match=r"case\.opened of case:1"):
            audit.record("case:1", "case.opened", actor=actor)
        assert not Event.objects.exists()

    def test_it_goes_when_the_change_goes(self, actor):
        def change():
            with transaction.atomic():
                audit.record("case:1", "case.opened", actor=actor, personal={"body": "x"})
                raise ValueError

        with pytest.raises(ValueError):  # noqa: PT011  our own, a line above
            change()
        assert not Event.objects.exists()
        assert not Opening.objects.exists()
        assert not Chain.objects.exists()

    def test_writers_at_the_same_time_each_get_a_place(self, actor):
        """Threads with connections of their own, on whichever database the tests run."""
        errors, people, each = [], 6, 10
        start = threading.Barrier(people)

        def write():
            try:
                start.wait(10)
                for _ in range(each):
                    with transaction.atomic():
                        audit.record("case:1", "case.replied", actor=actor)
            except Exception as error:
                errors.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=write) for _ in range(people)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert errors == []
        assert Event.objects.count() == people * each
        assert chain_is_whole("case:1")
