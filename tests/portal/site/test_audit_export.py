"""The page that hands out the trail: who may have what, and what is written down about it."""

import io
import json
import zipfile

import pytest
from django.core.management import CommandError, call_command

from portal.audit.models import Event, OutsideCopy
from tests.portal.audit.log import verify, write_history

URL = "/desk/audit/export/"
ALL = {"kind": "all", "content": "case", "reason": "人民银行检查"}


@pytest.fixture
def auditor(make_member, client):
    client.force_login(make_member("auditor").user)
    return client


def archive(response, folder):
    data = b"".join(response.streaming_content)
    path = folder / "export.zip"
    path.write_bytes(data)
    return path, zipfile.ZipFile(io.BytesIO(data))


@pytest.mark.django_db
class TestWhoMay:
    @pytest.mark.parametrize("role", ["support", "operations", "administrator", "clerk", "manager"])
    def test_others_may_not(self, client, make_member, role):
        client.force_login(make_member(role).user)
        assert client.get(URL).status_code == 403
        assert client.post(URL, ALL).status_code == 403
        assert not Event.objects.filter(type="audit.exported").exists()

    def test_strangers_are_led_to_the_sign_in(self, client, db):
        assert client.get(URL).status_code == 302

    def test_a_supervisor_has_single_cases_only(self, client, make_member, case):
        client.force_login(make_member("supervisor").user)
        assert client.post(URL, ALL).status_code == 422
        wanted = ALL | {"kind": "subjects", "case": case.number}
        assert client.post(URL, wanted).status_code == 200


@pytest.mark.django_db
class TestWhatComes:
    def test_all_of_it_and_it_proves_itself(self, auditor, tmp_path):
        write_history(12)
        response = auditor.post(URL, ALL)
        assert response["Content-Type"] == "application/zip"
        path, files = archive(response, tmp_path)
        assert verify(path).code == 0
        assert "人民银行检查" in files.read("README.zh.txt").decode()
        shown = files.read("openings.jsonl").decode()
        assert "第 1 条" in shown
        assert "a@b.c" not in shown, "contacts stay commitments"
        event = Event.objects.get(type="audit.exported")
        told = json.loads(event.text)
        assert (told["reason"], told["after"]["kind"]) == ("人民银行检查", "all")
        assert told["actor"].startswith("user:")
        assert OutsideCopy.objects.filter(way="export", reference=event.subject).exists()

    def test_a_case_with_its_payment(self, auditor, case, tmp_path):
        write_history(5)
        wanted = ALL | {"kind": "subjects", "case": case.number, "content": "none"}
        path, files = archive(auditor.post(URL, wanted), tmp_path)
        assert verify(path).code == 0
        subjects = {json.loads(line)["subject"] for line in files.read("events.jsonl").splitlines()}
        assert case.subject in subjects
        assert not any(subject.startswith("case:2611-000") for subject in subjects - {case.subject})
        assert files.read("openings.jsonl") == b'["end", "", "", 0]\n'

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"reason": ""}, "reason"),
            ({"reason": "卡号 6222 0212 3456 7890 128"}, "reason"),
            ({"kind": "subjects", "case": "9999-9999"}, "case"),
            ({"kind": "period", "since": "2026-11-02", "until": "2026-11-01"}, "until"),
            ({"kind": "period", "since": "yesterday"}, "since"),
            ({"content": "all"}, "content"),
        ],
    )
    def test_what_is_said_beside_the_field(self, auditor, change, field):
        response = auditor.post(URL, ALL | change)
        assert response.status_code == 422
        assert field in response.context["form"].errors
        assert not Event.objects.filter(type="audit.exported").exists()

    def test_a_period_without_events(self, auditor):
        write_history(1)
        wanted = ALL | {"kind": "period", "since": "2020-01-01", "until": "2020-01-02"}
        assert "没有记录" in auditor.post(URL, wanted).content.decode()


@pytest.mark.django_db
def test_the_command(tmp_path, capsys):
    write_history(6)
    path = tmp_path / "all.zip"
    call_command("export_audit", str(path), "--reason", "drill", "--content", "all")
    assert verify(path).code == 0
    assert not list(tmp_path.glob("*.part"))
    subject = Event.objects.first().subject
    call_command("export_audit", str(path), "--reason", "drill", "--subject", subject)
    assert verify(path).code == 0
    with pytest.raises(CommandError, match="no event of case:none"):
        call_command("export_audit", str(path), "--reason", "drill", "--subject", "case:none")
