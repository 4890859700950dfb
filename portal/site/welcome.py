"""What `serve` prints once it serves: where, and, with the sample data, what to try there.

Passwords and codes appear only where the database holds nothing but the sample data.
"""

import time
import unicodedata
from collections.abc import Callable, Iterator

from allauth.mfa import app_settings
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings

EXPECT = {
    "receipt": "找到小票 · gives the receipt",
    "more": "还差一点信息 · asks for one more detail",
}
ROLES = {
    "clerk": "店员 clerk",
    "manager": "店长 manager",
    "support": "客服 support",
    "supervisor": "主管 supervisor",
    "operations": "运营 operations",
    "auditor": "审计员 auditor",
    "administrator": "管理员 administrator",
}


def write(say: Callable[[str], None], port: int) -> None:
    # The sample data's machinery is loaded where somebody looks at it, not in production.
    from portal.site import demo

    address = f"http://127.0.0.1:{port}"
    # Where nobody set one it follows the port, which may have been given to the command alone.
    if settings.PUBLIC_URL not in {address, f"http://127.0.0.1:{settings.PORT}"}:
        address = f"{settings.PUBLIC_URL}  ({address})"
    say(f"\n小票已就绪 · Xiaopiao is ready: {address}\n")
    if demo.is_ours():
        tips = demo.what_to_try()
        for line in (*lookups(tips["lookups"]), "", *accounts(tips["accounts"])):
            say(line)
    say("Ctrl-C 停止 · stops it\n")


def lookups(rows: list[dict]) -> Iterator[str]:
    yield "首页查一笔 · Look up on the home page:"
    yield "  尾号 tail  日期 date    时间 time  金额 amount"
    for row in rows:
        yield (
            f"  {row['card_tail']:<10} {row['date']}  {row['time']:<10} {row['amount']:>10}"
            f"   {EXPECT[row['expect']]}"
        )


def accounts(rows: list[dict]) -> Iterator[str]:
    yield "登录 · Sign in at /account/login/ (code: six digits, new every 30 s)"
    for row in rows:
        yield (
            f"  {padded(ROLES[row['role']], 22)}{row['username']:<10}{row['password']:<22}"
            f"code {present_code(row['totp_secret'])}   TOTP {row['totp_secret']}"
        )


def padded(text: str, width: int) -> str:
    """`text` filled up to `width` columns of a terminal, where Chinese takes two each."""
    columns = sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)
    return text + " " * max(1, width - columns)


def present_code(secret: str) -> str:
    """The six digits that an authenticator app shows now (RFC 6238)."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // app_settings.TOTP_PERIOD))
