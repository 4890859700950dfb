"""The file that goes with an answer to the network: a draft of what there is already, checked for
what is missing, packed and kept as it was sent.

Nothing of it is typed twice: the payment's facts, the e-receipt as issued, the signed original
from its merchant, and of the conversation what was said to all parties; notes and what merchant
and institution said among themselves never go.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from django.core.files.base import ContentFile
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disputes import events, moment
from disputes.errors import Invalid
from disputes.models import Message, NetworkDispute, NetworkEvidence, NetworkStep
from disputes.models.message import Audience, Author
from disputes.policy import network as rules
from portal import audit, money
from portal.accounts.actor import Actor
from portal.uploads.models import Upload
from receipts.models import SlipIssue

# A piece of this kind must be there, by code of the step; "any": one of the two.
WANTS = {"E05": "signed", "E24": "any"}
NO_SIGNED_SLIP = gettext_lazy("签字小票的原件还没有：商户上传以后才能回复调单，补打的小票不算。")
NO_PROOF = gettext_lazy("至少要有签字小票或者电子小票。")


@dataclass(frozen=True)
class Piece:
    """`key` is what the form posts; `read` gives the bytes when the file is made."""

    key: str
    what: str  # facts | slip | signed | talk | file
    name: str  # in the file
    label: str
    size: int
    read: Callable[[], bytes]
    is_chosen: bool = True


@dataclass(frozen=True)
class Draft:
    pieces: tuple[Piece, ...]
    missing: tuple[str, ...]  # without these it cannot be sent
    remarks: tuple[str, ...]  # these weaken it

    @property
    def size(self) -> int:
        return sum(piece.size for piece in self.pieces if piece.is_chosen)

    def ticked(self, keys: Collection[str]) -> Draft:
        """As a form was sent that was refused: nothing that somebody left out comes back by it."""
        pieces = tuple(replace(piece, is_chosen=piece.key in keys) for piece in self.pieces)
        return replace(self, pieces=pieces)

    @property
    def is_whole(self) -> bool:
        return not self.missing


@dataclass(frozen=True)
class Parcel:
    data: bytes
    items: list[dict]

    @property
    def size(self) -> int:
        return len(self.data)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def draft(row: NetworkDispute, code: str) -> Draft:
    """Everything that could go with this step, and what speaks against sending it as it is."""
    pieces = tuple(_pieces(row))
    return Draft(pieces, _missing(row, code, pieces), _remarks(row))


def _pieces(row: NetworkDispute):
    facts = _facts(row)
    if facts:
        yield Piece("facts", "facts", "01-payment.txt", _("交易资料"), len(facts), lambda: facts)
    if issue := _issue(row):
        label = _("电子小票第 %(number)s 次") % {"number": issue.number}
        yield Piece("slip", "slip", "02-slip.pdf", label, issue.size, lambda: _bytes(issue.file))
    slips = [slip for slip in row.slips.select_related("upload") if not slip.upload.is_held]
    for place, slip in enumerate(slips, 1):
        label = _("签字小票：%(name)s") % {"name": slip.upload.name}
        yield _of_upload(f"signed-{slip.pk}", "signed", f"03-signed-{place}", label, slip.upload)
    talk = _talk(row)
    if talk:
        label = _("各方都能看到的往来")
        yield Piece("talk", "talk", "04-conversation.txt", label, len(talk), lambda: talk)
    files = [upload for upload in _files_of_talk(row) if not upload.is_held]
    for place, upload in enumerate(files, 1):
        label = _("往来里的文件：%(name)s") % {"name": upload.name}
        piece = _of_upload(f"file-{upload.pk}", "file", f"05-file-{place}", label, upload)
        yield replace(piece, is_chosen=False)


def _of_upload(key: str, what: str, name: str, label: str, upload: Upload) -> Piece:
    ending = {"application/pdf": "pdf", "image/png": "png", "image/webp": "webp"}.get(
        upload.content_type, "jpg"
    )
    return Piece(key, what, f"{name}.{ending}", label, upload.size, lambda: _bytes(upload.file))


def _bytes(file) -> bytes:
    with file.open("rb") as opened:
        return opened.read()


def _issue(row: NetworkDispute) -> SlipIssue | None:
    issues = SlipIssue.objects.filter(payment=row.payment_id).exclude(file="")
    return issues.exclude(form__startswith="escpos").order_by("-number").first()


def _facts(row: NetworkDispute) -> bytes:
    """What a retrieval wants named: card, date, time, amount and currency, type, reference,
    merchant's name and number."""
    payment = row.payment
    if payment is None:
        return b""
    at = timezone.localtime(payment.occurred_at)
    with translation.override("zh-hans"):
        lines = [
            ("商户名称 MERCHANT NAME", row.merchant.name),
            ("商户编号 MERCHANT NO.", row.merchant.merchant_no),
            ("终端编号 TERMINAL NO.", payment.terminal.terminal_no if payment.terminal else ""),
            ("卡号后四位 CARD NO.", payment.card_tail),
            ("交易类型 TRANS TYPE", str(payment.get_kind_display())),
            ("日期时间 DATE/TIME", f"{at:%Y-%m-%d %H:%M:%S}"),
            ("金额 AMOUNT", f"{payment.currency} {money.digits(payment.amount_minor)}"),
            ("批次号 BATCH NO.", payment.batch_no),
            ("凭证号 VOUCHER NO.", payment.voucher_no),
            ("参考号 REFER NO.", payment.rrn),
            ("授权码 AUTH NO.", payment.auth_code),
        ]
    return "".join(f"{name}: {value}\n" for name, value in lines if value).encode()


def _messages(row: NetworkDispute):
    return Message.objects.filter(case=row.case_id, audience=Audience.ALL)


def _talk(row: NetworkDispute) -> bytes:
    with translation.override("zh-hans"):
        lines = []
        for message in _messages(row):
            words = message.body
            if message.author_kind == Author.SYSTEM:
                words = events.line(message)
            if words:
                at = timezone.localtime(message.created_at)
                who = message.get_author_kind_display()
                lines.append(f"{at:%Y-%m-%d %H:%M} {who}: {words}\n")
    return "".join(lines).encode()


def _files_of_talk(row: NetworkDispute):
    return Upload.objects.filter(message__in=_messages(row)).distinct().order_by("pk")


def _missing(row: NetworkDispute, code: str, pieces) -> tuple[str, ...]:
    kinds = {piece.what for piece in pieces if piece.is_chosen}
    wants = WANTS.get(code)
    found = []
    if wants == "signed" and "signed" not in kinds:
        found.append(str(NO_SIGNED_SLIP))
    if wants == "any" and not kinds & {"signed", "slip"}:
        found.append(str(NO_PROOF))
    if sum(piece.size for piece in pieces if piece.is_chosen) > rules.LARGEST_FILE:
        found.append(str(rules.GUARDS["file of 10 MB at most"].why))
    return tuple(found)


def _remarks(row: NetworkDispute) -> tuple[str, ...]:
    payment, found = row.payment, []
    if payment is None:
        return (_("这笔消费的资料已经到期删除。"),)
    names = {
        _("参考号"): payment.rrn,
        _("卡号后四位"): payment.card_tail,
        _("终端编号"): payment.terminal_id,
        _("授权码"): payment.auth_code,
    }
    absent = [name for name, value in names.items() if not value]
    if absent:
        found.append(_("这笔消费没有：%(names)s。") % {"names": "、".join(absent)})
    if _issue(row) is None:
        found.append(_("还没有开过电子小票；在交易页上下载一次就有了。"))
    return tuple(found)


def pack(row: NetworkDispute, code: str, chosen: tuple[str, ...]) -> Parcel:
    """The pieces that were chosen, as one file. Raises Invalid("evidence") naming what is missing;
    where nothing need go and nothing was chosen, an empty parcel."""
    known = {piece.key: piece for piece in _pieces(row)}
    if unknown := [key for key in chosen if key not in known]:
        raise Invalid("evidence", _("有一件材料已经不在了，请重新选：%(n)s。") % {"n": unknown[0]})
    pieces = tuple(piece for key, piece in known.items() if key in chosen)
    pieces = tuple(replace(piece, is_chosen=True) for piece in pieces)
    if missing := _missing(row, code, pieces):
        raise Invalid("evidence", " ".join(missing))
    if not pieces:
        return Parcel(b"", [])
    return _zipped(pieces)


def _zipped(pieces: tuple[Piece, ...]) -> Parcel:
    items, held = [], io.BytesIO()
    at = timezone.localtime(moment.now()).timetuple()[:6]
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for piece in pieces:
            data = piece.read()
            archive.writestr(zipfile.ZipInfo(piece.name, at), data, zipfile.ZIP_DEFLATED)
            digest = hashlib.sha256(data).hexdigest()
            items.append(
                {"name": piece.name, "what": piece.what, "size": len(data), "sha256": digest}
            )
    return Parcel(held.getvalue(), items)


def keep(step: NetworkStep, parcel: Parcel, *, actor: Actor) -> NetworkEvidence:
    """In the transaction of the step: what went with it, once. The file is named by its content,
    so one of a transaction that failed is only a file that nobody speaks of."""
    made = NetworkEvidence(step=step, items=parcel.items, sha256=parcel.sha256, size=parcel.size)
    made.file.save("evidence.zip", ContentFile(parcel.data), save=False)
    made.save()
    audit.record(
        step.dispute.subject,
        "network.evidence_sent",
        actor=actor,
        after={
            "step": step.pk,
            "sha256": parcel.sha256,
            "size": parcel.size,
            "items": [f"{item['name']} {item['sha256']}" for item in parcel.items],
        },
        at=moment.now(),
    )
    return made
