"""Slips in a bucket: the same promises as in a folder, and what is done while it is away."""

import json
import os
import subprocess
import sys

import boto3
import pytest
from botocore.config import Config
from django.test import override_settings
from moto import mock_aws

from portal.accounts.actor import Actor
from receipts.models import SlipIssue
from receipts.slip.errors import SlipFileLost, SlipNotReady
from receipts.slip.issue import issue_slip, read
from tests import tools

ACTOR = Actor.consumer("payment:test")
BUCKET = "slips-of-a-test"


@pytest.fixture
def sale(make_kind):
    return make_kind("sale")


@pytest.fixture
def keys(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "of-a-test")


def storages(settings, **options) -> dict:
    """The product's own settings for a bucket."""
    bucket = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": BUCKET,
            "region_name": "us-east-1",
            "default_acl": None,
            "file_overwrite": False,
            "client_config": Config(
                connect_timeout=1, read_timeout=1, retries={"total_max_attempts": 1}
            ),
        }
        | options,
    }
    return settings.STORAGES | {"default": bucket}


@pytest.fixture
def bucket(settings, keys):
    with mock_aws(), override_settings(STORAGES=storages(settings)):
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket=BUCKET)
        yield client


def names(bucket) -> list[str]:
    return [each["Key"] for each in bucket.list_objects_v2(Bucket=BUCKET).get("Contents", [])]


def test_a_slip_is_stored_once_and_found_again(sale, bucket):
    issue = issue_slip(sale, actor=ACTOR)
    assert names(bucket) == [issue.file.name]
    again = issue_slip(sale, actor=ACTOR)
    assert again.pk == issue.pk
    assert read(SlipIssue.objects.get(pk=issue.pk)) == read(issue)
    assert read(issue).startswith(b"%PDF")


def test_what_is_private_stays_private(sale, bucket):
    issue = issue_slip(sale, actor=ACTOR)
    grants = bucket.get_object_acl(Bucket=BUCKET, Key=issue.file.name)["Grants"]
    assert not any("AllUsers" in str(grant) for grant in grants)


@pytest.mark.parametrize("harm", ["lost", "altered"])
def test_a_lost_or_altered_object_leads_to_a_new_issue(sale, bucket, harm):
    first = issue_slip(sale, actor=ACTOR)
    if harm == "lost":
        bucket.delete_object(Bucket=BUCKET, Key=first.file.name)
    else:
        bucket.put_object(Bucket=BUCKET, Key=first.file.name, Body=b"%PDF-1.7 other")
    second = issue_slip(sale, actor=ACTOR)
    assert (second.number, second.repeat, second.duplicate) == (2, 1, True)
    with pytest.raises(SlipFileLost):
        read(SlipIssue.objects.get(pk=first.pk))


def test_a_bucket_that_is_away_issues_nothing_anew_and_loses_nothing(sale, bucket, settings):
    issue_slip(sale, actor=ACTOR)
    away = storages(settings, endpoint_url=f"http://127.0.0.1:{tools.free_port()}")
    with override_settings(STORAGES=away), pytest.raises(SlipNotReady):
        issue_slip(sale, actor=ACTOR)
    assert SlipIssue.objects.count() == 1


def test_a_first_slip_while_the_bucket_is_away_leaves_no_row(sale, settings, keys):
    away = storages(settings, endpoint_url=f"http://127.0.0.1:{tools.free_port()}")
    with override_settings(STORAGES=away), pytest.raises(SlipNotReady):
        issue_slip(sale, actor=ACTOR)
    assert SlipIssue.objects.count() == 0


def test_the_environment_names_the_bucket(tmp_path):
    script = (
        "import json; from portal.settings import STORAGES as s; print(json.dumps(s, default=str))"
    )
    said = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tools.ROOT,
        env=os.environ | {"S3_BUCKET": BUCKET, "S3_REGION": "", "VAR_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    options = json.loads(said.stdout)["default"]["OPTIONS"]
    assert (options["bucket_name"], options["file_overwrite"]) == (BUCKET, False)
    assert options["region_name"] is None
