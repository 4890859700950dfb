"""What is wrong, as RFC 9457 has it: `application/problem+json` with a code that stays.

`type` is `urn:xiaopiao:problem:<code>`; docs/api.md lists the codes. Title and detail are for
people, in the caller's language; programs go by `code`.
"""

import math

import structlog
from django.http import Http404, JsonResponse
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, status

log = structlog.get_logger()

MEDIA_TYPE = "application/problem+json"


class Problem(exceptions.APIException):
    """Raise one of the classes below; `errors` point into the body (RFC 6901)."""

    status_code = status.HTTP_400_BAD_REQUEST
    code = "bad-request"
    title = _("请求有误")
    retry_after: int | None = None

    def __init__(self, detail: str = "", errors: list[dict] | None = None):
        super().__init__(str(detail) or str(self.title))
        self.said, self.errors = str(detail), errors or []


class NotJson(Problem):
    code, title = "not-json", _("正文不是有效的 JSON")


class DuplicateKey(Problem):
    code, title = "duplicate-key", _("JSON 的同一个对象里有重复的键")


class TooDeep(Problem):
    code, title = "too-deep", _("JSON 嵌套太深")


class BadIdempotencyKey(Problem):
    code, title = "idempotency-key-invalid", _("Idempotency-Key 应为 1 至 255 个可见的 ASCII 字符")


class KeyNotValid(Problem):
    status_code, code, title = 401, "key-not-valid", _("密钥无效或已吊销")


class KeyMissing(Problem):
    status_code, code, title = 401, "key-missing", _("请求没有带密钥")


class ScopeMissing(Problem):
    status_code, code, title = 403, "scope-missing", _("这个密钥没有所需的权限")


class NotFound(Problem):
    status_code, code, title = 404, "not-found", _("没有这个地址")


class MethodNotAllowed(Problem):
    status_code, code, title = 405, "method-not-allowed", _("这个地址不接受这种方法")


class NotAcceptable(Problem):
    status_code, code, title = 406, "not-acceptable", _("没有您要的格式")


class LengthRequired(Problem):
    status_code, code, title = 411, "length-required", _("请求没有 Content-Length")


class TooLarge(Problem):
    status_code, code, title = 413, "body-too-large", _("正文太大")


class WrongMediaType(Problem):
    status_code, code, title = 415, "media-type", _("正文应为 application/json")


class NotABatch(Problem):
    status_code, code, title = 422, "not-a-batch", _("正文的结构不对")


class TooManyItems(Problem):
    status_code, code, title = 422, "too-many-items", _("一批的条数太多")


class IdempotencyKeyReused(Problem):
    status_code, code, title = (
        422,
        "idempotency-key-reused",
        _("这个 Idempotency-Key 已用于另一份正文"),
    )


class TooManyRequests(Problem):
    status_code, code, title = 429, "too-many-requests", _("请求太频繁")


class Failed(Problem):
    status_code, code, title = 500, "failed", _("是我们这边出了问题")


class Busy(Problem):
    status_code, code, title = 503, "busy", _("系统正忙，请稍后重试")
    retry_after = 5


# What the framework raises itself.
_OURS: dict[type[Exception], type[Problem]] = {
    exceptions.NotAuthenticated: KeyMissing,
    exceptions.AuthenticationFailed: KeyNotValid,
    exceptions.PermissionDenied: ScopeMissing,
    exceptions.MethodNotAllowed: MethodNotAllowed,
    exceptions.NotAcceptable: NotAcceptable,
    exceptions.UnsupportedMediaType: WrongMediaType,
    exceptions.Throttled: TooManyRequests,
    exceptions.ParseError: NotJson,
    Http404: NotFound,
}


def body(problem: Problem) -> dict:
    said = {
        "type": f"urn:xiaopiao:problem:{problem.code}",
        "title": str(problem.title),
        "status": problem.status_code,
        "code": problem.code,
    }
    if problem.said:
        said["detail"] = problem.said
    if problem.errors:
        said["errors"] = problem.errors
    return said


def response(problem: Problem, headers: dict[str, str] | None = None) -> JsonResponse:
    """JSON whatever format was asked for: there is one form of a problem."""
    return JsonResponse(
        body(problem),
        status=problem.status_code,
        headers=headers,
        content_type=MEDIA_TYPE,
        json_dumps_params={"ensure_ascii": False},
    )


def answer(error: Exception, context: dict) -> JsonResponse:
    """The framework's EXCEPTION_HANDLER."""
    headers = {}
    if isinstance(error, Problem):
        problem = error
    elif kind := next((ours for theirs, ours in _OURS.items() if isinstance(error, theirs)), None):
        problem = kind()
    else:
        log.exception("api_failed", error=type(error).__name__)
        problem = Failed()
    if scheme := getattr(error, "auth_header", ""):
        headers["WWW-Authenticate"] = scheme
    elif problem.status_code == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="api"'
    if wait := getattr(error, "wait", None) or problem.retry_after:
        headers["Retry-After"] = str(math.ceil(wait))
    if isinstance(error, exceptions.MethodNotAllowed):
        headers["Allow"] = ", ".join(context["view"].allowed_methods)
    return response(problem, headers)
