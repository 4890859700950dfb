"""Mail to the console, for an installation without a mail server."""

import pytest

from portal.outbox import delivery

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_person_can_read_it_and_follow_its_link(settings, write_letter, capsys):
    settings.MAILERS = {"default": {"BACKEND": "portal.outbox.console.EmailBackend"}}
    long = "您的案件已收到，我们会在约定的时间内答复您；请保存好下面的私人链接，不要转发给别人。"
    entry = write_letter(body=f"{long}\n\nhttps://example.org/link/abc/")
    delivery.deliver(entry.pk)
    said = capsys.readouterr().out
    assert "--- mail → someone@example.org [小票·案件]" in said
    assert f"{long}\n\nhttps://example.org/link/abc/" in said
    entry.refresh_from_db()
    assert entry.state == "done"
