"""A large case as a file: against WeasyPrint's naive rendering of its text alone, and the memory
that making it takes above a worker that has nothing to do.

Processor time, the two taking turns. Memory is that of a process of its own, as the worker is:
its high-water mark after the file less what it held before.
"""

import io
import json
import random
import re
import statistics
import subprocess
import sys
import time
import uuid
from html import escape

from bench.figures import Figure

EVENTS, MESSAGES, PICTURES = 300, 40, 10
TIMES = {"small": 3, "full": 9}
SIDE = 3000  # pixels: the largest that an upload keeps
WORDS = "点的清蒸鲈鱼一直没上，等了四十分钟，结账时还是算在里面，请按菜单上的价格退回。"


def run(scale: str) -> list[Figure]:
    from portal.site import preparing

    preparing.migrate(lambda line: None)
    file = _case_file()
    ours, naive = [], []
    text = _text_of(file)
    _ours(file)
    _naive(text)
    for _turn in range(TIMES[scale]):
        ours.append(_time(lambda: _ours(file)))
        naive.append(_time(lambda: _naive(text)))
    ratio = statistics.median(ours) / statistics.median(naive)
    note = (
        f"{EVENTS} events, {MESSAGES} messages, {PICTURES} pictures of {SIDE} × {SIDE * 3 // 4}; "
        f"{statistics.median(ours):.2f} s"
    )
    return [
        Figure("Case file against naive WeasyPrint of its text", ratio, "×", most=1.5, note=note),
        Figure("Memory above the idle worker", _memory(file.pk), "MB", most=200),
    ]


def _case_file():
    """A case of that size, and a file of it that is asked for."""
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.db import transaction
    from PIL import Image

    from disputes import actions
    from disputes.models import Case
    from portal import audit
    from portal.accounts.actor import Actor
    from portal.accounts.models import Membership, Organisation, User
    from portal.uploads import receiving

    house, _made = Organisation.objects.get_or_create(kind="institution", name="江岸支付")
    user = User.objects.create_user("bench-file", email="file@example.org", name="小陶")
    actor = Actor.member(Membership.objects.create(user=user, organisation=house, role="support"))
    opened = actions.open_case(
        kind="service_complaint",
        body=WORDS,
        contact_kind="email",
        contact="guest@example.org",
        language="zh-hans",
        submission_key=uuid.uuid4(),
        actor=Actor.consumer("browser:bench"),
    )
    case, rng = Case.objects.get(pk=opened.case.pk), random.Random(7)
    customer = Actor.consumer(case.subject)
    for n in range(MESSAGES - 1):
        uploads = []
        if n < PICTURES:
            noise = Image.frombytes("RGB", (300, 225), rng.randbytes(300 * 225 * 3))
            written = io.BytesIO()
            noise.resize((SIDE, SIDE * 3 // 4)).save(written, "JPEG", quality=85)
            sent = SimpleUploadedFile(f"照片{n}.jpg", written.getvalue())
            uploads = [receiving.receive(sent, subject=case.subject, actor=customer)]
        actions.reply(
            case,
            actor=customer if n < PICTURES or n % 2 else actor,
            body=WORDS * 2,
            uploads=uploads,
            submission_key=uuid.uuid4(),
        )
    for _n in range(EVENTS - case_events(case)):
        with transaction.atomic():
            audit.record(case.subject, "case.noted", actor=actor)
    return actions.issue_file(
        case,
        actor=actor,
        scope="merchant",
        party="central_bank",
        purpose="量一量",
        submission_key=uuid.uuid4(),
    )


def case_events(case) -> int:
    from portal.audit.models import Event

    return Event.objects.filter(subject=case.subject).count()


def _ours(file) -> None:
    from disputes.casefile import contents, making, pdf

    source = making.source_of(file)
    pdf.case_pdf(source, contents.gather(source))


def _text_of(file) -> str:
    """What stands in the file, line by line."""
    from disputes.casefile import contents, making, pdf

    source = making.source_of(file)
    html = pdf.file_html(source, contents.gather(source))
    lines = re.sub(r"<[^>]+>", "\n", html.partition("<body>")[2])
    return "\n".join(line for line in lines.splitlines() if line.strip())


def _naive(text: str) -> None:
    """What one writes first: a paragraph a line, the machine's font, no tags, no pictures."""
    from html import unescape

    from weasyprint import HTML

    lines = "".join(f"<p>{escape(unescape(line))}</p>" for line in text.splitlines())
    HTML(string=f"<html><body>{lines}</body></html>").write_pdf()


def _time(work) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _memory(pk: int) -> float:
    code = f"import bench.case_file as b; b.measured({pk})"
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return json.loads(ran.stdout.splitlines()[-1])


def measured(pk: int) -> None:
    """In a process of its own: what it holds with the worker's modules loaded, then at most."""
    import os
    import resource

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    import portal.celery
    from disputes.casefile import making

    portal.celery.app.loader.import_default_modules()
    idle = _resident()
    assert making.work(pk)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(most - idle))


def _resident() -> float:
    with open("/proc/self/statm") as file:
        pages = int(file.read().split()[1])
    import resource

    return pages * resource.getpagesize() / 1024 / 1024
