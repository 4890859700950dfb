"""Error pages say what happened and what to do, and offer the look-up."""

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import include, path

from portal.site import errors
from tests.pages import CHINESE, assert_kept_rules, text


def fail(request):
    raise RuntimeError("as planned")


def forbid(request):
    raise PermissionDenied


def doubt(request):
    raise SuspiciousOperation


def slow_down(request):
    return errors.too_many_requests(request)


urlpatterns = [
    path("fail/", fail),
    path("forbid/", forbid),
    path("doubt/", doubt),
    path("slow-down/", slow_down),
    path("", include("portal.urls")),
]
handler400, handler403 = errors.bad_request, errors.forbidden
handler404, handler500 = errors.not_found, errors.server_error

CASES = [
    ("/doubt/", 400, "这个请求没有读懂", "We could not read that request"),
    ("/forbid/", 403, "这一页不能打开", "This page cannot be opened"),
    ("/nowhere/", 404, "没有这一页", "There is no such page"),
    ("/slow-down/", 429, "请过一会儿再试", "Please try again in a while"),
    ("/fail/", 500, "这一页没有打开", "The page did not open"),
]


@pytest.fixture
def visit(client, settings):
    settings.ROOT_URLCONF = __name__
    client.raise_request_exception = False
    return client.get


@pytest.mark.django_db
@pytest.mark.parametrize(("address", "status", "chinese", "english"), CASES)
def test_each_says_what_happened_and_offers_the_look_up(
    visit, client, institution, address, status, chinese, english
):
    page = visit(address)
    assert page.status_code == status
    assert chinese in text(page)
    assert 'class="btn btn-go btn-main btn-wide" href="/"' in page.content.decode()
    assert_kept_rules(page)
    client.cookies["language"] = "en"
    words = text(visit(address))
    assert english in words
    assert set(CHINESE.findall(words)) <= {"中文"}


@pytest.mark.parametrize(("address", "status", "chinese", "english"), CASES)
def test_no_word_of_them_is_of_the_machine(visit, db, address, status, chinese, english):
    words = text(visit(address))
    for word in ("系统异常", "服务器", "错误代码", "Server Error", "Forbidden", str(status)):
        assert word not in words


def test_the_500_page_needs_no_database(visit, monkeypatch):
    # No `db` fixture: a query would raise, and the last words would show instead.
    page = visit("/fail/")
    assert page.status_code == 500
    assert "找回小票" in text(page)
    assert page.content.decode() != errors.LAST_WORDS


def test_when_even_that_page_fails_the_last_words_lead_home(monkeypatch):
    def broken(*args, **kwargs):
        raise OSError("no templates")

    monkeypatch.setattr(errors, "render_to_string", broken)
    answer = errors.server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert 'href="/"' in answer.content.decode()


@pytest.mark.django_db
def test_the_portal_names_all_five(client):
    from portal import urls

    for name in ("handler400", "handler403", "handler404", "handler429", "handler500"):
        module, _, view = getattr(urls, name).rpartition(".")
        assert module == "portal.site.errors"
        assert isinstance(getattr(errors, view)(RequestFactory().get("/")), HttpResponse)


@pytest.mark.django_db
def test_a_host_that_is_not_ours_is_a_bad_request(client):
    page = client.get("/", headers={"host": "evil.example"})
    assert page.status_code == 400
    assert "这个请求没有读懂" in text(page)
