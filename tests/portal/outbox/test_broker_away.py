"""The queue is away: the change is kept, the page answers at once, the sweep delivers."""

import socket
import subprocess
import sys
import threading
import time
from contextlib import closing

import kombu.transport.redis  # noqa: F401  loaded once by a server, not while the clock runs
import pytest
from django.db import transaction

from portal.outbox import post, tasks
from portal.outbox.models import Entry
from tests import tools
from tests.people import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)
OPTIONS = {
    "transport_options": {"socket_connect_timeout": 1, "socket_timeout": 2, "max_retries": 0}
}


@pytest.fixture(autouse=True)
def asked_anew(monkeypatch):
    monkeypatch.setattr(post, "_away_until", 0.0)


@pytest.fixture
def silent_port():
    """A server that takes connections and never says a word: worse than one that is down."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        held = []

        def hold():
            while True:
                try:
                    held.append(server.accept()[0])
                except OSError:
                    return

        threading.Thread(target=hold, daemon=True).start()
        yield server.getsockname()[1]
        for each in held:
            each.close()


@pytest.fixture(params=["down", "silent"])
def broker_away(request, use_broker):
    port = tools.free_port() if request.param == "down" else request.getfixturevalue("silent_port")
    use_broker(f"redis://127.0.0.1:{port}/0", **OPTIONS)


def test_the_settings_of_the_product_are_those_of_this_test():
    said = subprocess.run(
        [
            sys.executable,
            "-c",
            "from portal import settings; print(settings.CELERY_BROKER_TRANSPORT_OPTIONS)",
        ],
        env={"PATH": "", "CELERY_BROKER_URL": "redis://127.0.0.1:1/0", "SECRET_KEY": "x" * 50},
        cwd=tools.ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    assert said.stdout.strip() == str(OPTIONS["transport_options"])


def test_three_messages_wait_once_and_are_kept(broker_away):
    began = time.monotonic()
    for number in range(3):
        with transaction.atomic():
            post.mail(
                f"case:{number}", to="a@example.org", topic="case", subject="小票", body="您好"
            )
    assert time.monotonic() - began < 3
    assert Entry.objects.filter(state="pending").count() == 3


def test_the_page_still_answers(broker_away, client, make_member):
    """Asking for a new password writes an event and a mail."""
    member = make_member("support")
    client.get("/account/password/reset/")  # a server that runs has its templates read
    began = time.monotonic()
    response = client.post("/account/password/reset/", {"email": member.user.email})
    assert time.monotonic() - began < 3
    assert response.headers["Location"] == "/account/password/reset/done/"
    assert Entry.objects.get(topic="password").state == "pending"
    assert member.user.check_password(PASSWORD)


def test_the_sweep_delivers_what_the_broker_never_heard_of(broker_away, mailoutbox):
    with transaction.atomic():
        post.mail("case:1", to="a@example.org", topic="case", subject="小票", body="您好")
    assert tasks.sweep() == 1
    assert [letter.subject for letter in mailoutbox] == ["小票"]


def test_it_is_asked_again_after_a_while(broker_away, monkeypatch):
    asked = []
    monkeypatch.setattr("portal.outbox.post.ASK_AGAIN_AFTER", 0.2)
    send = post.current_app.send_task
    monkeypatch.setattr(
        post.current_app, "send_task", lambda *a, **k: asked.append(a) or send(*a, **k)
    )
    for number in range(2):
        with transaction.atomic():
            post.sms(f"code:{number}", to="13800000000", topic="code", body="123456")
    assert len(asked) == 1
    time.sleep(0.25)
    with transaction.atomic():
        post.sms("code:3", to="13800000000", topic="code", body="123456")
    assert len(asked) == 2
