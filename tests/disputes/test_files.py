"""Files of a case: read by whoever may read the message they hang on, by nobody else."""

import pytest
from django.core.files.base import ContentFile

from disputes import actions
from portal.uploads.models import Upload


@pytest.fixture
def attach(case, new_key):
    """`attach(actor, verb="reply", audience="all")`: the address of a file said with a message."""

    def do(actor, audience="all"):
        upload = Upload(
            subject=case.subject,
            name="点菜单.jpg",
            content_type="image/jpeg",
            size=4,
            sha256="0" * 64,
            received_sha256="0" * 64,
            uploaded_by=actor.id,
        )
        upload.file.save("x", ContentFile(b"JPEG"), save=False)
        upload.save()
        key = new_key()
        if audience == "internal":
            message = actions.add_note(case, actor=actor, body="看图。", submission_key=key)
            message.uploads.add(upload)
        else:
            actions.reply(
                case,
                actor=actor,
                body="看图。",
                audience=audience,
                uploads=[upload],
                submission_key=key,
            )
        return f"/files/{upload.public_id}/"

    return do


def answer(client, address) -> int:
    response = client.get(address)
    if response.streaming:
        assert b"".join(response.streaming_content) == b"JPEG"
    return response.status_code


def test_what_all_may_read_goes_to_staff_and_the_shop(client, attach, case, shop, consumer_of):
    address = attach(consumer_of(case))
    client.force_login(shop.clerk.user)
    assert answer(client, address) == 200


def test_another_merchant_gets_nothing(client, attach, case, make_shop, consumer_of):
    address = attach(consumer_of(case))
    client.force_login(make_shop().manager.user)
    assert answer(client, address) == 404


def test_strangers_get_nothing(client, attach, case, consumer_of):
    assert answer(client, attach(consumer_of(case))) == 404


@pytest.mark.parametrize(
    ("role", "status"), [("support", 200), ("auditor", 200), ("administrator", 404)]
)
def test_of_the_institution_those_who_read_cases(
    client, sign_in, attach, case, consumer_of, role, status
):
    address = attach(consumer_of(case))
    sign_in(role)
    assert answer(client, address) == status


def test_a_file_of_an_internal_note_is_internal(client, sign_in, attach, shop, support):
    theirs, ours = attach(shop.clerk, "internal"), attach(support, "internal")
    client.force_login(shop.manager.user)
    assert answer(client, theirs) == 200
    assert answer(client, ours) == 404
    sign_in("supervisor")
    assert answer(client, theirs) == 404
    assert answer(client, ours) == 200


def test_the_customer_reads_what_was_said_to_all(client, attach, case, shop, monkeypatch):
    from portal.gate import passes

    for_all, for_staff = attach(shop.manager), attach(shop.manager, "merchant")
    assert answer(client, for_all) == 404
    monkeypatch.setattr(
        passes,
        "holds",
        lambda request, purpose, subject: (purpose, subject) == ("case", case.number),
    )
    assert answer(client, for_all) == 200
    assert answer(client, for_staff) == 404
