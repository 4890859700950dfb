"""The clocks with every interval, the trail's events, and what lets a reader check them."""

from __future__ import annotations

import json
from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from disputes import clocks
from disputes.casefile.contents import Line, Section, Source, Table, exact, register
from disputes.clock_state import ClockState
from disputes.desk import clock_view, history
from portal.accounts.models import Role
from portal.audit import keys, sequencer, store
from portal.audit.models import Checkpoint, Event, Leaf
from portal.audit.tree import inclusion_proof
from portal.moments import length

SHORT = 16  # characters of a hash, where the whole stands elsewhere
TURNS = 100  # of the sequencer


class NotYetSigned(Exception):
    """The last event has no signed checkpoint over it yet; tried again later it will."""


def times(source: Source) -> Section:
    tables = [_clock(state, source) for state in clocks.of(source.case, source.now)]
    lead = _("每个时限的每一段：走着还是停着，从何时到何时，为什么。停着的时间不算。")
    return Section(_("时限"), lead=lead if tables else "", tables=tables)


def _clock(state: ClockState, source: Source) -> Table:
    shown = clock_view.view(state, source.now)
    rows = [
        (
            stretch.word,
            exact(stretch.start),
            exact(stretch.end) if stretch.end else _("到出具时"),
            stretch.length,
            str(stretch.reason),
        )
        for stretch in shown.stretches
    ]
    run = _("，第 %(n)d 次") % {"n": state.run} if state.run > 1 else ""
    due = _("到期 %(at)s") % {"at": exact(state.due_at)} if state.due_at else ""
    longer = _("已延期") if state.extended else ""
    provisional = _("暂按法定节假日") if state.is_provisional else ""
    sums = [
        _("停于 %(at)s：%(why)s") % {"at": exact(state.ended_at), "why": state.ended_words}
        if state.is_over
        else "",
        shown.used,
        _("走了 %(span)s") % {"span": _sum(state, clocks.RUNNING, source)},
        _("停了 %(span)s") % {"span": _sum(state, clocks.PAUSED, source)},
        due,
        longer,
        provisional,
    ]
    return Table(
        head=(_("状态"), _("从"), _("到"), _("长度"), _("原因")),
        rows=rows,
        widths=(10, 22, 22, 18, 28),
        title=f"{state.label}{run}{_('：')}{shown.words}",
        foot=_("；").join(filter(None, sums)),
        plain=True,
    )


def _sum(state: ClockState, kind: str, source: Source) -> str:
    spans = ((i.end or source.now) - i.start for i in state.intervals if i.kind == kind)
    return length(sum(spans, timedelta()))


def events(source: Source) -> Section:
    found = list(Event.objects.filter(subject=source.case.subject).order_by("sequence"))
    source.events = len(found)
    people = history.names(event.actor for event in found) if source.internal else {}
    lines = [
        Line(
            at=exact(event.at),
            who=_who(event, people),
            what=str(history.WORDS.get(event.type.rpartition(".")[2], event.type)),
            place=str(event.sequence),
            mark=event.hash[:SHORT],
        )
        for event in found
    ]
    lead = _(
        "审计记录里这个案件的每一步，一步扣着一步：改动、删掉、插入任何一步，后面的校验值都会变。"
    )
    return Section(
        _("经过"),
        lead=lead,
        lines=lines,
        lines_head=_("时间、谁、做了什么、序号、校验值的前 16 位"),
    )


def _who(event: Event, people: dict[str, str]) -> str:
    if event.actor.startswith("consumer:"):
        return _("客户")
    role: str = json.loads(event.text).get("role", "")
    label = Role(role).label if role in Role else ""
    return " ".join(filter(None, (str(label), people.get(event.actor, "")))) or _("系统")


def proof(source: Source) -> Section:
    """Raises NotYetSigned, and what the sequencer raises."""
    last = Event.objects.filter(subject=source.case.subject).latest("sequence")
    leaf = _leaf(last)
    head = Checkpoint.objects.filter(size__gt=leaf.number).order_by("size").first()
    if head is None:
        raise NotYetSigned(source.case.subject)
    source.checkpoint = head.size
    path = [each.hex() for each in inclusion_proof(leaf.number, head.size, store.read)]
    base = f"{settings.PUBLIC_URL}/.well-known/audit"
    steps = [
        _(
            "请把这份材料和它的校验值（SHA-256，见出具登记）一起保存。"
            "它印着一个签了名的检查点：全部审计记录在那一刻的样子。"
        ),
        _(
            "打开 %(base)s/checkpoint 取现在的检查点，用 %(base)s/witness.py 核对："
            "现在的记录是从这里印的检查点接着写下去的，前面没有改过。这一步不用相信我们。"
        )
        % {"base": base},
        _(
            "最后一步的原文印在下面。叶子的校验值是 SHA-256（一个字节 00，接原文的 UTF-8 字节）；"
            "按路径逐级算上去（RFC 6962：SHA-256（一个字节 01，接左，接右）），"
            "应得到检查点第三行的根（Base64）。"
        ),
        _(
            "要核对每一步，请向支付机构索取这个案件的审计导出包。包里的 verify.py "
            "只用 Python 自带的库，会说对不对、错在哪里；最后一步的校验值应和这里印的相同。"
        ),
    ]
    facts = [
        (_("这个案件的步数"), str(last.sequence)),
        (_("最后一步的校验值"), last.hash),
        (_("它是全部记录的第几片叶子"), str(leaf.number)),
        (_("检查点的大小"), str(head.size)),
        (_("签名的公钥"), " ".join(str(key) for key in keys.verifiers()[:3])),
    ]
    exact_text = "\n".join(
        [
            _("检查点") + "\n" + head.note.strip(),
            _("最后一步的原文") + "\n" + last.text,
            _("从叶子到根的路径") + "\n" + ("\n".join(path) or "–"),
        ]
    )
    return Section(_("检查点，和怎样核对"), facts=facts, steps=steps, exact=exact_text)


def _leaf(event: Event) -> Leaf:
    for _turn in range(TURNS):
        if not sequencer.sequence():
            break
    leaf = Leaf.objects.filter(event=event).first()
    if leaf is None:
        raise NotYetSigned(event.subject)
    return leaf


def register_all() -> None:
    register(50, times)
    register(90, events)
    register(95, proof)
