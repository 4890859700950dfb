"""Files sent ahead of their form, one a request: what a bad line breaks off is sent again alone."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from portal.uploads.models import Upload
from tests.portal.uploads import hostile
from tests.portal.uploads.files import picture

pytestmark = pytest.mark.usefixtures("clock")


def photo(name="点菜单.jpg", colour="red") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture(colour=colour), "image/jpeg")


def ahead(browser, path: str, file, **values):
    return browser.post(path, {"upload": "1", "files": file} | values)


@pytest.fixture(params=["wizard", "conversation", "shop", "desk"])
def door(request, client):
    """Where a file is sent, by whoever may."""
    get = request.getfixturevalue
    if request.param == "wizard":
        return f"/open/{get('filled').public_id}/words/"
    case = get("case")
    if request.param == "conversation":
        get("hold")(case)
        return f"/case/{case.number}/"
    if request.param == "shop":
        client.force_login(get("shop").manager.user)
        return f"/merchant/cases/{case.number}/act/"
    get("sign_in")("support")
    return f"/desk/cases/{case.number}/act/"


def test_it_is_kept_and_nothing_is_said_with_it(door, client):
    answer = ahead(client, door, photo())
    assert answer.json() == {"id": str(Upload.objects.get().public_id)}


def test_sent_again_because_the_answer_was_lost_it_is_kept_once(door, client):
    first = ahead(client, door, photo()).json()["id"]
    assert ahead(client, door, photo(), kept=first).json()["id"] == first
    assert Upload.objects.count() == 1


def test_half_a_file_is_named_and_not_kept(door, client):
    half = SimpleUploadedFile("断了.jpg", hostile.broken_off(picture(size=(900, 700))))
    answer = ahead(client, door, half)
    assert "“断了.jpg”打不开，可能没有传完整" in answer.json()["error"]
    assert not Upload.objects.exists()


def test_no_file_is_said(door, client):
    answer = client.post(door, {"upload": "1"})
    assert answer.json() == {"error": "没有收到文件。请重新选一次。"}


def test_the_sixth_is_not_taken(door, client):
    kept: list[str] = []
    for colour in ("red", "blue", "green", "black", "white"):
        kept.append(ahead(client, door, photo(colour=colour), kept=kept).json()["id"])
    answer = ahead(client, door, photo(colour="yellow"), kept=kept)
    assert "一共最多 5 个文件" in answer.json()["error"]
    assert Upload.objects.count() == 5


def test_the_form_that_follows_takes_them_along(case, client, shop):
    client.force_login(shop.manager.user)
    path = f"/merchant/cases/{case.number}/act/"
    kept = ahead(client, path, photo()).json()["id"]
    form = {"verb": "reply:all", "body": "看图。", "kept": kept}
    assert client.post(path, form | {"submission_key": str(uuid.uuid4())}).status_code == 302
    assert case.messages.get(body="看图。").uploads.get().name == "点菜单.jpg"


def test_nobody_else_sends_any(case, client, make_shop):
    assert ahead(client, f"/case/{case.number}/", photo()).status_code == 404
    client.force_login(make_shop().manager.user)
    assert ahead(client, f"/merchant/cases/{case.number}/act/", photo()).status_code == 404
    assert not Upload.objects.exists()
