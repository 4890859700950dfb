"""What customers do, who have no account."""

import uuid
from urllib.parse import urlsplit

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from bench import tour
from disputes import actions, survey_links
from disputes.models import Draft
from receipts.models import Payment
from receipts.slip import counter
from tests.disputes.deeds import DEEDS
from tests.payments import TYPED
from tests.portal.audit.writing.world import ROUTES, nothing, writes
from tests.portal.uploads.files import picture

nothing("receipts:home", "fills the form in, nothing is looked up", "/", {"message": "尾号7712"})
nothing("receipts:lookup", "a look-up is counted, not recorded: nothing changes", "/lookup/", TYPED)
nothing("receipts:verify", "asks whether a slip is genuine", "/verify/", {"code": "XXXX"})
nothing("receipts:verify_file", "asks whether a slip is genuine", "/verify/file/")
nothing("site:language", "a cookie", "/language/", {"language": "en"})


@writes("receipts:mail", "payment.slip_mail_asked")
def _mail(world):
    browser = world.found()
    form = {"address": "li@example.com", "key": uuid.uuid4()}
    return lambda: browser.post(f"/payment/{world.payment.pk}/mail/", form)


def _draft(browser, **values) -> Draft:
    answer = browser.post("/open/", values)
    return Draft.objects.get(public_id=answer["Location"].split("/")[2])


@writes("disputes:open")
def _open(world):
    browser = world.found()
    form = {"kind": "service_complaint", "payment": str(world.payment.pk)}
    return lambda: browser.post("/open/", form)


ROUTES["disputes:open"].why = "begins a draft; the case is opened by its last page"


@writes("disputes:step", "case.opened", "payment.slip_evidence")
def _step(world):
    visitor = tour.Visitor("consumer", "/", client=world.found())
    first = {"kind": "no_slip", "payment": str(world.payment.pk)}
    unknown = {"slip_printed": "unknown", "slip_cause": "", "slip_known_from": ""}
    Payment.objects.filter(pk=world.payment.pk).update(**unknown)

    def go():
        pages = list(tour.open_a_case(visitor, first))
        assert any(page.kind == "disputes:sent" for page in pages)

    return go


@writes("disputes:sent", "case.link_shown")
def _another_link(world):
    browser = world.found()
    visitor = tour.Visitor("consumer", "/", client=browser)
    form = {"kind": "service_complaint", "payment": str(world.payment.pk)}
    sent = [page.path for page in tour.open_a_case(visitor, form) if page.kind == "disputes:sent"]
    return lambda: browser.post(sent[0])


@writes("disputes:progress", "case.code_sent")
def _progress(world):
    number = world.case.number
    browser = world.browser()
    browser.get("/progress/")
    return lambda: browser.post("/progress/", {"number": number})


@writes("disputes:progress_code", "case.seen_by_code")
def _code(world):
    from portal.outbox.models import Entry as Letter

    browser = world.browser()
    page = browser.post("/progress/", {"number": world.case.number})["Location"]
    letter = Letter.objects.filter(topic="case.code").latest("pk")
    digits = letter.payload["subject"].split()[-1]
    return lambda: browser.post(page, {"code": digits})


@writes("disputes:case", "case.consumer_replied", "file.received")
def _reply_of_customer(world):
    browser = world.holder()
    photo = SimpleUploadedFile("a.jpg", picture(), content_type="image/jpeg")
    form = {
        "verb": "reply",
        "body": "还有一张照片。",
        "submission_key": uuid.uuid4(),
        "files": photo,
    }
    return lambda: browser.post(f"/case/{world.case.number}/", form)


@writes("disputes:withdraw", "case.withdrawn")
def _withdraw(world):
    browser = world.holder()
    return lambda: browser.post(f"/case/{world.case.number}/withdraw/")


@writes("disputes:end_links", "case.links_ended")
def _end_links(world):
    browser = world.holder()
    return lambda: browser.post(f"/case/{world.case.number}/links/")


@writes("disputes:accept_slip", "case.slip_accepted")
def _accept_slip(world):
    world.case.kind = "no_slip"
    world.case.save()
    browser = world.holder()
    return lambda: browser.post(f"/case/{world.case.number}/slip/")


def _offered(world) -> str:
    DEEDS["offer_refund"](world.case, world.get("shop").manager)
    return f"/case/{world.case.number}/offer/"


@writes("disputes:accept_offer", "case.offer_accepted")
def _accept_offer(world):
    path, browser = _offered(world), world.holder()
    return lambda: browser.post(f"{path}accept/", {"amount_minor": "100"})


@writes("disputes:decline_offer", "case.offer_declined")
def _decline_offer(world):
    path, browser = _offered(world), world.holder()
    return lambda: browser.post(f"{path}decline/", {"amount_minor": "100"})


@writes("disputes:file", "case.file_asked")
def _take_file(world):
    browser = world.holder()
    return lambda: browser.post(f"/case/{world.case.number}/file/")


@writes("disputes:gone_up", "case.gone_up")
def _gone_up(world):
    browser = world.holder()
    form = {"party": "central_bank", "on": timezone.localdate().isoformat()}
    return lambda: browser.post(f"/case/{world.case.number}/gone-up/", form)


@writes("disputes:escalate", "case.escalated_by_consumer")
def _escalate(world):
    browser = world.holder()
    return lambda: browser.post(f"/case/{world.case.number}/escalate/")


@writes("disputes:continue", "case.continued")
def _continue(world):
    actions.escalate(world.case, actor=world.get("support"))
    world.get("close")(world.case, world.get("support"))
    browser = world.holder()
    form = {"body": "没有解决。", "submission_key": uuid.uuid4()}
    return lambda: browser.post(f"/case/{world.case.number}/continue/", form)


@writes("gate:link", "payment.counter_code_taken")
def _link(world):
    code = counter.show(world.payment, actor=world.get("shop").clerk)
    address = counter.Standing.of(code).address
    return lambda: Client().post("/" + address.split("/", 3)[3])


def _closed(world):
    DEEDS["resolve"](world.case, world.get("support"))
    return world.case


@writes("disputes:survey", "case.surveyed")
def _survey(world):
    path = urlsplit(survey_links.address(_closed(world))).path
    return lambda: Client().post(path, {"solved": "yes", "effort": "1", "body": "快一点。"})


@writes("disputes:case_survey", "case.surveyed")
def _case_survey(world):
    case, browser = _closed(world), world.holder()
    form = {"solved": "no", "effort": "5"}
    return lambda: browser.post(f"/case/{case.number}/feedback/", form)
