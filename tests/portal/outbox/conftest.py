"""A real mail server, and one that is down."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from django.db import transaction
from django.db.models import F

from portal.outbox import post
from portal.outbox.models import Entry
from tests import tools


@dataclass
class Mailbox:
    """What the server took, in order. `refuse` answers every recipient so; `hold` never answers."""

    letters: list[EmailMessage] = field(default_factory=list)
    refuse: str = ""
    hold: bool = False
    asked: int = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        self.asked += 1
        if self.refuse:
            return self.refuse
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        while self.hold:
            await asyncio.sleep(0.05)
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 taken"


@pytest.fixture
def smtp_at(settings):
    """`smtp_at(port)`: mails of this test leave by SMTP to that port."""

    def use(port: int) -> None:
        settings.MAILERS = {
            "default": {
                "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
                "OPTIONS": {"host": "127.0.0.1", "port": port, "timeout": 5},
            }
        }

    return use


@pytest.fixture
def mail_server(smtp_at):
    """A server that listens; `mail_server.box.letters` is what it took."""
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=tools.free_port())
    controller.box = box
    controller.start()
    smtp_at(controller.port)
    yield controller
    box.hold = False
    controller.stop()


@pytest.fixture
def mail_server_down(smtp_at):
    """Nobody listens there: the port refuses."""
    smtp_at(tools.free_port())


@pytest.fixture
def write_letter():
    def write(key: str = "case:1:opened", body: str = "您的案件已收到。") -> Entry:
        with transaction.atomic():
            post.mail(key, to="someone@example.org", topic="case", subject="小票·案件", body=body)
        return Entry.objects.get(effect_key=key)

    return write


@pytest.fixture
def make_due():
    """As if the pause were over."""

    def go(by: timedelta = timedelta(days=1)) -> None:
        Entry.objects.update(due_at=F("due_at") - by)

    return go
