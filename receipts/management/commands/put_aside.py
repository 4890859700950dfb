"""Rows that were put aside: list, show, retry, drop.

Exit code 0: done, and of what was tried every row is in; 1: some rows are still put aside; 2: it
could not be done at all. docs/import.md shows examples.
"""

import json
import sys

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from receipts.imports import field_names, formats, kept, reasons
from receipts.imports.dropping import NoReason, drop
from receipts.imports.retrying import BATCH, Stale, Tried, correct, may, retry
from receipts.management.terminal import Bar, actor_named
from receipts.models import PutAside
from receipts.panel.aside import ALL, Wanted

LISTED = 50


class Command(BaseCommand):
    help = "Rows of files that could not go in: list them, look at one, retry, drop."

    def add_arguments(self, parser):
        verbs = parser.add_subparsers(dest="verb", required=True)
        listing = verbs.add_parser("list", help="those that are open, newest first")
        self._narrowing(listing)
        listing.add_argument("--state", default="open", choices=[*PutAside.State.values, ALL])
        listing.add_argument("--limit", type=int, default=LISTED)
        listing.add_argument("--before", type=int, metavar="ID", help="older ones than this")
        showing = verbs.add_parser("show", help="what was kept of a row and what was done about it")
        showing.add_argument("ids", nargs=1, type=int, metavar="ID")
        retrying = verbs.add_parser("retry", help="by ids, or all open ones of a reason or file")
        retrying.add_argument("ids", nargs="*", type=int, metavar="ID")
        self._narrowing(retrying)
        retrying.add_argument("--format", default="", help="read them by this (mended) mapping")
        retrying.add_argument(
            "--set", action="append", default=[], metavar="FIELD=VALUE", help="correct one row"
        )
        dropping = verbs.add_parser("drop", help="it will not go in: say --because why")
        dropping.add_argument("ids", nargs="+", type=int, metavar="ID")
        dropping.add_argument("--because", required=True, metavar="TEXT")
        for verb in (listing, showing, retrying, dropping):
            verb.add_argument("--json", action="store_true", help="print results for programs")
        for verb in (retrying, dropping):
            verb.add_argument("--by", default="", metavar="USERNAME", help="who does this")

    @staticmethod
    def _narrowing(parser) -> None:
        parser.add_argument("--reason", default="", help="a reason's code")
        parser.add_argument("--file", default="", metavar="N", help="number of the import")
        parser.add_argument("--source", default="", help="name of the file source")

    def handle(self, *, verb, json: bool, **options):
        self.is_json = json
        try:
            still = getattr(self, f"_{verb}")(options)
        except (formats.FormatError, PermissionDenied) as error:
            said = str(error) or _("只有运营可以处理搁置的行")
            raise CommandError(said, returncode=2) from None
        if still:
            sys.exit(1)

    # --- looking ---------------------------------------------------------------------------------

    def _list(self, options) -> int:
        rows = self._wanted(options).rows().select_related("import_file").order_by("-pk")
        if options["before"]:
            rows = rows.filter(pk__lt=options["before"])
        found = list(rows[: max(options["limit"], 0)])
        if self.is_json:
            return self._print({"rows": [_described(row) for row in found]})
        for row in found:
            self._say(row)
        if not found:
            self.stdout.write(_("没有这样的行"))
        return 0

    def _show(self, options) -> int:
        row = self._one(options["ids"][0])
        tried = [
            {
                "number": each.number,
                "at": each.at.isoformat(),
                "by": each.by,
                "changes": each.changes,
                "result": each.result,
                "words": each.words,
            }
            for each in row.tried.order_by("number")
        ]
        if self.is_json:
            return self._print(_described(row) | {"tried": tried})
        self._say(row)
        for name, text in sorted(kept.fields_of(row).items()):
            self.stdout.write(f"    {name} = {text}  ({field_names.of(name)})")
        for each in tried:
            changed = ", ".join(f"{n}: {b!r} → {a!r}" for n, (b, a) in each["changes"].items())
            said = reasons.of_result(each["result"])
            self.stdout.write(f"  {each['at'][:16]} {each['by']} {said} {changed} {each['words']}")
        return 0

    # --- doing -----------------------------------------------------------------------------------

    def _retry(self, options) -> int:
        actor = actor_named(options["by"], "put_aside")
        if not may(actor):
            raise PermissionDenied
        if options["format"]:
            formats.get(options["format"])
        if options["set"]:
            return self._correct(options, actor)
        ids = self._ids(options)
        bar = Bar(self.stderr, quiet=self.is_json)
        results: list[Tried] = []
        gone: dict[str, int] = {}
        for start in range(0, len(ids), BATCH):
            for part in _by_format(ids[start : start + BATCH], bool(options["format"])):
                try:
                    results += retry(part, actor=actor, format_name=options["format"])
                except formats.FormatError as error:
                    gone[str(error)] = gone.get(str(error), 0) + len(part)
            bar(len(results), min(start + BATCH, len(ids)), len(ids))
        bar.close()
        for said, rows in gone.items():
            self.stderr.write(
                self.style.ERROR(_("{rows} 行没有重试：{why}").format(rows=rows, why=said))
            )
        return self._told(results) or bool(gone)

    def _correct(self, options, actor) -> int:
        if len(options["ids"]) != 1:
            raise CommandError(_("--set 一次改一行，请给出这一行的编号"), returncode=2)
        row = self._one(options["ids"][0])
        fields = kept.fields_of(row)
        for text in options["set"]:
            name, _equals, value = text.partition("=")
            if name not in formats.FIELDS:
                raise CommandError(_("没有这样的栏目：{names}").format(names=name), returncode=2)
            fields[name] = value.strip()
        try:
            tried = correct(row, fields, seen=row.tries, actor=actor, format_name=options["format"])
        except Stale as stale:
            raise CommandError(
                _("第 {id} 行刚刚被处理过：{state}").format(
                    id=row.pk, state=stale.row.get_state_display()
                ),
                returncode=2,
            ) from None
        return self._told([tried])

    def _drop(self, options) -> int:
        actor = actor_named(options["by"], "put_aside")
        dropped = []
        for id in options["ids"]:
            row = self._one(id)
            try:
                dropped.append(drop(row, options["because"], seen=row.tries, actor=actor))
            except NoReason:
                raise CommandError(_("请写明为什么不再处理"), returncode=2) from None
            except Stale:
                raise CommandError(
                    _("第 {id} 行已经处理过了：{state}").format(
                        id=id, state=row.get_state_display()
                    ),
                    returncode=2,
                ) from None
        if self.is_json:
            return self._print({"rows": [_described(row) for row in dropped]})
        self.stdout.write(_("不再处理 {count} 行").format(count=len(dropped)))
        return 0

    def _told(self, results: list[Tried]) -> int:
        counts: dict[str, int] = {}
        for each in results:
            counts[each.result] = counts.get(each.result, 0) + 1
        still = sum(not each.is_solved for each in results)
        if self.is_json:
            rows = [_described(each.row) for each in results]
            self._print(
                {"tried": len(results), "put_aside": still, "results": counts, "rows": rows}
            )
            return still
        self.stdout.write(
            _("重试 {tried} 行，进去 {solved} 行，仍搁置 {still} 行").format(
                tried=len(results), solved=len(results) - still, still=still
            )
        )
        for result, number in sorted(counts.items(), key=lambda item: -item[1]):
            self.stdout.write(f"  {number:>8,}  {reasons.of_result(result)}")
        return still

    # --- which -----------------------------------------------------------------------------------

    @staticmethod
    def _wanted(options) -> Wanted:
        if options["reason"] and options["reason"] not in reasons.ROW:
            raise CommandError(
                _("没有这样的原因：{code}").format(code=options["reason"]), returncode=2
            )
        return Wanted.read({name: str(options.get(name) or "") for name in _NARROWING})

    def _ids(self, options) -> list[int]:
        if options["ids"]:
            rows = PutAside.objects.filter(pk__in=options["ids"])
            known = set(rows.values_list("pk", flat=True))
            if missing := [id for id in options["ids"] if id not in known]:
                raise CommandError(_("没有这一行：{id}").format(id=missing[0]), returncode=2)
            return options["ids"]
        if not any(options[name] for name in ("reason", "file", "source")):
            raise CommandError(_("请给出行的编号，或者 --reason、--file、--source"), returncode=2)
        return list(self._wanted(options).rows().order_by("pk").values_list("pk", flat=True))

    @staticmethod
    def _one(id: int) -> PutAside:
        row = PutAside.objects.select_related("import_file").filter(pk=id).first()
        if row is None:
            raise CommandError(_("没有这一行：{id}").format(id=id), returncode=2)
        return row

    def _say(self, row: PutAside) -> None:
        column = f" {field_names.of(row.column)}" if row.column else ""
        said = _("{id}  {file} 第 {line} 行{column}：{reason}（{state}）")
        self.stdout.write(
            said.format(
                id=row.pk,
                file=row.import_file.name,
                line=row.line,
                column=column,
                reason=reasons.of_row(row.reason),
                state=row.get_state_display(),
            )
        )

    def _print(self, described: dict) -> int:
        self.stdout.write(json.dumps(described, ensure_ascii=False, indent=2))
        return 0


_NARROWING = ("state", "reason", "file", "source")


def _by_format(ids: list[int], one_for_all: bool) -> list[list[int]]:
    """One gone format does not keep the rows of the others out."""
    if one_for_all:
        return [ids]
    parts: dict[str, list[int]] = {}
    for row in PutAside.objects.filter(pk__in=ids).select_related("import_file").order_by("pk"):
        parts.setdefault(kept.format_name_of(row), []).append(row.pk)
    return list(parts.values())


def _described(row: PutAside) -> dict:
    return {
        "id": row.pk,
        "import": row.import_file_id,
        "file": row.import_file.name,
        "line": row.line,
        "column": row.column,
        "reason": row.reason,
        "message": reasons.of_row(row.reason),
        "state": row.state,
        "solved_as": row.solved_as,
        "tries": row.tries,
        "fields": kept.fields_of(row),
    }
