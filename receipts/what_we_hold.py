"""What this floor holds that the audit trail must tell of, for the gap report."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from portal.audit import holdings
from portal.audit.holdings import Holding, Row
from receipts.models import DayArchive, FileSource, ImportFile, Payment, SlipIssue


def register() -> None:
    payments = holdings.of_model("payment", "", "", Payment, made="created_at")
    for holding in (
        # Payments come by files, whose events tell of them; a slip of one has its own.
        Holding("payment", "payment.slip_issued", _("开过小票的交易"), _slips, payments.existing),
        holdings.of_model(
            "import", "import_started", _("导入的文件"), ImportFile, made="started_at"
        ),
        holdings.of_model(
            "archive", "archive.asked", _("打包的小票"), DayArchive, made="requested_at"
        ),
        holdings.of_model(
            "file_source",
            "file_source_set",
            _("应到的文件"),
            FileSource,
            key="name",
            made="created_at",
            gone_by="file_source_removed",
        ),
    ):
        holdings.register(holding)


def _slips(since: datetime, until: datetime, most: int) -> Iterable[Row]:
    within = SlipIssue.objects.filter(issued_at__gte=since, issued_at__lt=until)
    for payment, at in within.order_by("-issued_at").values_list("payment_id", "issued_at")[:most]:
        yield f"payment:{payment}", at
