"""/files/<uuid>/: only to whom the floor above says, and never run by a browser."""

import io
import re
import uuid

import pytest
from PIL import Image

from portal.accounts.actor import Actor
from portal.audit.models import Reading
from portal.uploads import readers
from portal.uploads.models import SmallView
from portal.uploads.receiving import receive
from tests.portal.uploads.files import document, picture, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def allow(monkeypatch):
    """`allow(True)`: what the floor above answers for subjects of the kind `thing`."""
    asked = []

    def set_answer(answer: bool):
        def may_read(request, upload):
            asked.append(upload.subject)
            return answer

        monkeypatch.setitem(readers._readers, "thing", may_read)
        return asked

    return set_answer


@pytest.fixture
def upload():
    return receive(
        sent(picture(), "点菜单.jpg"), subject="thing:1", actor=Actor.consumer("thing:1")
    )


def same(response) -> str:
    """The page without what is new in every one: its own address and the form's token."""
    return re.sub(r'value="[^"]*"|/files/[^"]*', "", response.content.decode())


def address(upload) -> str:
    return f"/files/{upload.public_id}/"


def test_it_hands_out_a_download_that_no_browser_runs(client, allow, upload):
    asked = allow(True)
    response = client.get(address(upload))
    assert response.status_code == 200
    assert asked == ["thing:1"]
    assert response["Content-Type"] == "image/jpeg"
    assert response["Content-Disposition"].startswith("attachment;")
    assert "%E7%82%B9%E8%8F%9C%E5%8D%95.jpg" in response["Content-Disposition"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert response["Cache-Control"] == "private, no-store"
    assert b"".join(response.streaming_content)[:2] == b"\xff\xd8"


def test_it_serves_nobody_whom_the_floor_above_refuses(client, allow, upload):
    allow(False)
    assert client.get(address(upload)).status_code == 404


def test_it_serves_nobody_while_no_floor_has_spoken(client, upload):
    assert client.get(address(upload)).status_code == 404


def test_an_unknown_file_is_answered_like_a_forbidden_one(client, allow, upload):
    allow(False)
    forbidden = client.get(address(upload))
    unknown = client.get(f"/files/{uuid.uuid4()}/")
    assert (unknown.status_code, same(unknown)) == (forbidden.status_code, same(forbidden))


def test_it_takes_no_post(client, allow, upload):
    allow(True)
    assert client.post(address(upload)).status_code == 405


def test_a_document_is_a_download_too(client, allow):
    allow(True)
    upload = receive(
        sent(document(), "账单.pdf"), subject="thing:1", actor=Actor.consumer("thing:1")
    )
    response = client.get(address(upload))
    b"".join(response.streaming_content)
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("attachment;")


def test_of_a_picture_there_is_a_small_one_that_no_browser_runs(client, allow, upload):
    allow(True)
    response = client.get(f"{address(upload)}preview/")
    assert response["Content-Type"] == "image/jpeg"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"
    assert "sandbox" in response["Content-Security-Policy"]
    with Image.open(io.BytesIO(response.content)) as drawn:
        assert drawn.size == (60, 40)


def test_a_large_one_is_drawn_small(client, allow):
    allow(True)
    large = receive(
        sent(picture(size=(3000, 1500)), "大.jpg"), subject="thing:1", actor=Actor.consumer("x")
    )
    small = client.get(f"{address(large)}preview/").content
    with Image.open(io.BytesIO(small)) as drawn:
        assert drawn.size == (375, 188)
    assert len(small) < 10_000


def test_the_small_one_is_for_the_same_people(client, allow, upload):
    allow(False)
    refused = client.get(f"{address(upload)}preview/")
    assert refused.status_code == 404
    assert "image" not in refused["Content-Type"]


def test_a_document_has_no_small_one(client, allow):
    allow(True)
    paper = receive(sent(document(), "账单.pdf"), subject="thing:1", actor=Actor.consumer("x"))
    assert client.get(f"{address(paper)}preview/").status_code == 404
    assert (paper.preview, bool(paper.address)) == ("", True)


def test_the_small_one_is_drawn_when_the_picture_comes(client, allow, upload):
    """So that no page opens the large one; of a picture from before that it is drawn each time."""
    allow(True)
    before = client.get(f"{address(upload)}preview/").content
    assert SmallView.objects.get(upload=upload).data == before
    upload.file.delete(save=False)
    assert client.get(f"{address(upload)}preview/").content == before


def test_of_a_picture_without_one_it_is_drawn_now(client, allow, upload):
    allow(True)
    SmallView.objects.all().delete()
    with Image.open(io.BytesIO(client.get(f"{address(upload)}preview/").content)) as drawn:
        assert drawn.size == (60, 40)
    upload.file.delete(save=False)
    assert client.get(f"{address(upload)}preview/").status_code == 404


def test_who_looks_at_the_small_one_has_opened_what_it_is_of(client, allow, upload, sign_in):
    allow(True)
    sign_in("support")
    client.get(f"{address(upload)}preview/")
    assert list(Reading.objects.values_list("subject", flat=True)) == ["thing:1"]
