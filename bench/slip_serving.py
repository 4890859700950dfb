"""A stored slip handed to a browser that may have it, against an empty view behind the same
middleware. The application is called as a server calls it, without the socket between, whose cost
both would share: so the ratio is the stricter one.
"""

import statistics
import time
from datetime import UTC, date, datetime, timedelta
from io import BytesIO

from bench.figures import Figure

REQUESTS = {"small": 60, "full": 600}


def run(scale: str) -> list[Figure]:
    from django.conf import settings
    from django.test import RequestFactory

    from portal.accounts.actor import Actor
    from portal.gate import passes
    from portal.site import preparing
    from portal.wsgi import application
    from receipts.models import Merchant, Payment
    from receipts.slip.issue import issue_slip

    preparing.migrate(lambda line: None)
    merchant, _ = Merchant.objects.get_or_create(
        merchant_no="898653058120137", defaults={"name": "半山听雨茶餐厅（江北店）"}
    )
    payment = Payment.objects.create(
        merchant=merchant,
        status="settled",
        card_tail="4821",
        amount_minor=38650,
        occurred_at=datetime(2026, 11, 22, 11, 42, tzinfo=UTC),
        local_date=date(2026, 11, 22),
    )
    issue_slip(payment, actor=Actor.system("bench"))
    first = RequestFactory().get("/")
    passes.grant(first, "payment", str(payment.pk), timedelta(hours=1))
    host = settings.ALLOWED_HOSTS[0]

    def ask(path: str) -> float:
        environ = RequestFactory().get(path).environ | {
            "HTTP_HOST": host,
            "HTTP_COOKIE": f"{passes.cookie_name()}={first._new_pass}",  # type: ignore[attr-defined]
            "wsgi.input": BytesIO(),
        }
        answered: list[str] = []
        began = time.process_time()
        answer = application(environ, lambda status, headers, *rest: answered.append(status))  # type: ignore[arg-type]
        content = b"".join(answer)
        seconds = time.process_time() - began
        answer.close()
        if not answered[0].startswith("200") or not content:
            raise RuntimeError(f"{path}: {answered[0]}")
        return seconds

    slip = f"/payment/{payment.pk}/slip.pdf"
    taken: dict[str, list[float]] = {slip: [], "/healthz": []}
    for count in range(REQUESTS[scale] + 5):
        for path, times in taken.items():
            seconds = ask(path)
            if count >= 5:  # warm
                times.append(seconds)
    ratio = statistics.median(taken[slip]) / statistics.median(taken["/healthz"])
    note = f"{statistics.median(taken[slip]) * 1000:.1f} ms"
    return [Figure("stored slip, against an empty view", ratio, "×", most=3, note=note)]
