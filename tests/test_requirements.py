"""What requirements.txt installs is enough: tests bring packages that would hide a missing one."""

import json
import os
import re
import subprocess
import sys

from tests.test_house import ROOT, imports, product_files

# In a process of its own, which sees nothing but what an installation has.
PROGRAM = """
import importlib, json, re, sys
from importlib.metadata import packages_distributions

allowed, modules = json.load(sys.stdin)
plain = lambda name: re.sub(r"[-_.]+", "-", name).lower()
hidden = {
    top for top, owners in packages_distributions().items()
    if not {plain(owner) for owner in owners} & set(allowed)
}

class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in hidden:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Hidden())
for name in [name for name in sys.modules if name.partition(".")[0] in hidden]:
    del sys.modules[name]
import django
django.setup()
for name in modules:
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        # `from module import name` may name a thing and no module.
        holder, _dot, thing = name.rpartition(".")
        if error.name != name or not holder or not hasattr(importlib.import_module(holder), thing):
            raise

from receipts.models import SlipIssue
from receipts.slip import signing
from receipts.slip.content import Amount, SlipContent, Verify, Words
from receipts.slip.escpos import slip_escpos
from receipts.slip.pdf import slip_pdf
from receipts.slip.picture import picture
from receipts.slip.seal import Seal
from datetime import UTC, datetime

said = SlipContent(
    Words("商户"), Words("存根"), Words("消费"), Amount(Words("金额"), "¥", "1.00", Words("")),
    verify=Verify("7KQ4-M2XD-9FHW", "HTTPS://EXAMPLE.COM/V/7KQ4M2XD9FHW"),
)
now = datetime.now(UTC)
drawn = slip_pdf(said, seal=Seal(signing.key(now), now, b"{}", "机构"))
print(json.dumps({
    "hidden": sorted(hidden),
    "pdf": drawn[:5].decode(),
    "png": picture(drawn)[1:4].decode(),
    "printer": slip_escpos(said, 58)[:2].hex(),
}))
"""


def required() -> list[str]:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return [re.split(r"[=\[ ;]", line)[0].replace("_", "-").lower() for line in lines if line]


def test_the_product_imports_and_makes_a_slip_with_its_requirements_alone(tmp_path):
    files = product_files()
    own = {".".join(path.relative_to(ROOT).with_suffix("").parts) for path in files}
    modules = {name for path in files for name in imports(path)} | own
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        input=json.dumps([required(), sorted(modules)]),
        env={"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
        | {"DJANGO_SETTINGS_MODULE": "portal.settings"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert {"pytest", "hypothesis", "psutil"} <= set(told.pop("hidden"))
    assert told == {"pdf": "%PDF-", "png": "PNG", "printer": "1b40"}
