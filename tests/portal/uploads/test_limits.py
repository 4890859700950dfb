"""Large files stop at the door and the rest of the form goes on."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import RequestFactory

from portal.uploads.fields import FilesField
from portal.uploads.handler import TooLarge
from portal.uploads.limits import RequestSizeMiddleware, request_limit
from tests.portal.uploads.files import picture, sent


@pytest.fixture
def post():
    """`post(body=…, files=[…])`: a request as it arrives; closed afterwards, as Django would."""
    requests = []

    def make(**data):
        requests.append(RequestFactory().post("/", data))
        return requests[-1]

    yield make
    for request in requests:
        request.close()


def test_thirty_megabytes_are_counted_and_dropped_and_the_words_stay(settings, post):
    settings.UPLOAD_MAX_BYTES = 1024 * 1024
    request = post(
        body="一直没上菜",
        files=[
            SimpleUploadedFile("大.jpg", bytes(3 * 1024 * 1024)),
            SimpleUploadedFile("小.jpg", picture()),
        ],
    )
    assert request.POST["body"] == "一直没上菜"
    large, small = request.FILES.getlist("files")
    assert isinstance(large, TooLarge)
    assert (large.name, large.size, large.read()) == ("大.jpg", 3 * 1024 * 1024, b"")
    assert small.read() == picture()


def test_a_file_just_at_the_limit_is_whole(settings, post):
    settings.UPLOAD_MAX_BYTES = 3 * 1024 * 1024
    data = bytes(range(256)) * 4096 * 3
    (file,) = post(files=[SimpleUploadedFile("a.bin", data)]).FILES.getlist("files")
    assert file.read() == data


def test_a_request_beyond_all_reason_is_answered_before_it_is_read(rf, db):
    def never(request):
        raise AssertionError("the request was let through")

    request = rf.post("/", {"body": "x"})
    request.META["CONTENT_LENGTH"] = str(request_limit() + 1)
    response = RequestSizeMiddleware(never)(request)
    assert response.status_code == 413
    assert "一共太大了" in response.content.decode()


def test_an_honest_request_passes(rf):
    assert RequestSizeMiddleware(lambda request: HttpResponse("ok"))(rf.post("/")).content == b"ok"


def test_the_field_names_each_refused_file_and_keeps_the_good_ones():
    from django.core.exceptions import ValidationError

    field = FilesField()
    with pytest.raises(ValidationError) as refused:
        field.clean([sent(b"#!/bin/sh", "坏.jpg"), sent(picture(), "好.jpg")])
    assert len(refused.value.messages) == 1
    assert refused.value.messages[0].startswith("“坏.jpg”")
    assert [file.name for file in field.accepted] == ["好.jpg"]


def test_the_field_takes_five_and_says_so():
    from django.core.exceptions import ValidationError

    field = FilesField()
    with pytest.raises(ValidationError, match="最多 5 个"):
        field.clean([sent(picture(), f"{n}.jpg") for n in range(6)])
    assert len(field.accepted) == 5


def test_no_file_is_no_mistake():
    assert FilesField().clean([]) == []
