"""The README's pictures, taken from the running product: `make pictures`.

Serves the sample data in a folder of its own, goes where a person goes, and photographs. What a
picture shows is what the product shows on that day.
"""

import io
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import django
import pypdfium2
from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "pictures"
PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PORT = 8765
ADDRESS = f"http://127.0.0.1:{PORT}"


def main() -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="pictures-") as folder:
        environment = os.environ | {"VAR_DIR": folder, "PUBLIC_URL": ADDRESS, "PORT": str(PORT)}
        environment["DATABASE_URL"] = f"sqlite:///{folder}/pictures.sqlite3"
        os.environ.update(environment)
        django.setup()
        with serving(environment):
            tips = json.loads(manage(environment, "demo", "--json"))
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=chromium(playwright.chromium.executable_path),
                    args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
                )
                take_all(browser, tips)
                browser.close()


def take_all(browser: Browser, tips: dict) -> None:
    receipt, more = tips["lookups"][0], tips["lookups"][-1]
    phone = open_page(browser, PHONE)
    phone.goto("/")
    save(phone, "home")
    look_up(phone, more)
    save(phone, "one-more-detail")
    look_up(phone, receipt)
    save(phone, "payment")
    pdf = phone.request.get(phone.url.rstrip("/") + "/slip.pdf").body()
    save_pdf(pdf, "slip")
    users = {row["role"]: row for row in tips["accounts"]}
    merchant = open_page(browser, PHONE)
    sign_in(merchant, users["manager"])
    save(merchant, "merchant")
    desk = open_page(browser, DESKTOP)
    sign_in(desk, users["support"])
    if first := desk.query_selector("a[href*='/desk/case']"):
        first.click()
        desk.wait_for_load_state("networkidle")
    save(desk, "desk")


def look_up(page: Page, facts: dict) -> None:
    """By an ordinary POST with the form's own token, whatever controls the page shows."""
    page.goto("/")
    with page.expect_navigation():
        page.evaluate(
            """facts => {
              const form = document.querySelector("form[action$='/lookup/']");
              for (const old of [...form.elements]) {
                if (old.name in facts) old.removeAttribute("name");
              }
              for (const [name, value] of Object.entries(facts)) {
                const field = document.createElement("input");
                Object.assign(field, {type: "hidden", name, value});
                form.append(field);
              }
              form.submit();
            }""",
            {name: facts[name] for name in ("card_tail", "amount", "date", "time")},
        )
    page.locator(".looking").wait_for(state="detached")


def sign_in(page: Page, account: dict) -> None:
    from portal.site.welcome import present_code  # needs Django to be set up

    page.goto("/account/login/")
    page.fill("[name=login]", account["username"])
    page.fill("[name=password]", account["password"])
    with page.expect_navigation():
        page.press("[name=password]", "Enter")
    page.fill("[name=code]", present_code(account["totp_secret"]))
    with page.expect_navigation():
        page.press("[name=code]", "Enter")
    page.wait_for_load_state("networkidle")


def open_page(browser: Browser, size: ViewportSize) -> Page:
    context = browser.new_context(
        base_url=ADDRESS,
        viewport=size,
        device_scale_factor=2 if size is PHONE else 1,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        reduced_motion="reduce",
    )
    return context.new_page()


def save(page: Page, name: str) -> None:
    write(Image.open(io.BytesIO(page.screenshot())), name)


def save_pdf(content: bytes, name: str) -> None:
    write(pypdfium2.PdfDocument(content)[0].render(scale=2.5).to_pil(), name)


def write(picture: Image.Image, name: str) -> None:
    """Few colours are enough for flat pages, and a quarter of the bytes."""
    path = TARGET / f"{name}.png"
    picture.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"  {path.relative_to(ROOT)}  {path.stat().st_size // 1024} KB")


def chromium(own: str) -> str:
    from shutil import which

    names = (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    found = own if Path(own).exists() else next(filter(None, (which(n) for n in names if n)), None)
    return found or sys.exit("No Chromium here: `make test` brings one.")


def manage(environment: dict[str, str], *arguments: str) -> str:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout


@contextmanager
def serving(environment: dict[str, str]) -> Iterator[None]:
    command = [sys.executable, "manage.py", "serve", "--prepare", "--port", str(PORT)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        for _ in range(600):
            if process.poll() is not None:
                sys.exit("The product did not start.")
            try:
                with urlopen(f"{ADDRESS}/readyz", timeout=5):
                    break
            except (URLError, OSError):
                time.sleep(0.5)
        yield
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    main()
