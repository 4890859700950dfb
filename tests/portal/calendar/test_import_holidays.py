"""`manage.py import_holidays`."""

import pytest
from django.core.management import CommandError, call_command

from portal.audit.models import Event
from portal.calendar.models import NoticeYear

pytestmark = pytest.mark.django_db


def test_it_enters_what_the_file_says(tmp_path, invented, capsys):
    (tmp_path / "notice.txt").write_text(invented, encoding="utf-8-sig")
    call_command("import_holidays", str(tmp_path / "notice.txt"))
    assert "2027-01-03 上班 元旦" in capsys.readouterr().out
    assert NoticeYear.objects.get().year == 2027
    assert Event.objects.get(subject="calendar:2027").actor == "system:import_holidays"


def test_a_dry_run_only_prints(tmp_path, invented, capsys):
    (tmp_path / "notice.txt").write_text(invented)
    call_command("import_holidays", str(tmp_path / "notice.txt"), "--dry-run")
    assert "2027-02-05 放假 春节" in capsys.readouterr().out
    assert not NoticeYear.objects.exists()


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", "一张菜单".encode()])
def test_what_is_no_notice_is_refused(tmp_path, content):
    (tmp_path / "notice.txt").write_bytes(content)
    with pytest.raises(CommandError):
        call_command("import_holidays", str(tmp_path / "notice.txt"))


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CommandError, match=r"none\.txt"):
        call_command("import_holidays", str(tmp_path / "none.txt"))
