"""What the worker does by the clock. Each looks for work that lies in rows: a turn that is missed
is made up for by the next."""

from celery.schedules import crontab


def beat(*, watch: bool) -> dict:
    """The entries of CELERY_BEAT_SCHEDULE; `watch`: there is a folder to look into."""
    entries = {
        "outbox-sweep": _soon("portal.outbox.tasks.sweep", 30.0),
        "ended-sessions": _each("portal.accounts.tasks.clear_sessions", 86_400.0),
        "audit-sequence": _soon("portal.audit.tasks.sequence", 60.0),
        "reading-seals": _soon("portal.audit.tasks.seal_readings", 300.0),
        "audit-copies": _soon("portal.audit.tasks.mail_outside_copies", 3600.0),
        # By UTC: at 3:20 in China. New events each night, all of them on Sundays.
        "audit-nightly": _verify(crontab(hour=19, minute=20, day_of_week="0-5"), since_last=True),
        "audit-weekly": _verify(crontab(hour=19, minute=20, day_of_week="6"), since_last=False),
        "planner": _soon("portal.site.tasks.tell_planner", 3600.0),
        "deadline-words": _soon("disputes.tasks.tell_deadlines", 60.0),
        "given-cases": _soon("disputes.tasks.send_gathered", 300.0),
        "merchant-digest": _soon("disputes.tasks.send_digests", 900.0),
        "clock-sweep": _each("disputes.tasks.sweep_clocks", 60.0),
        "api-sweep": _each("portal.api.tasks.sweep", 3600.0),
        "refund-sweep": _soon("disputes.tasks.sweep_refunds", 30.0),
        "case-files": _soon("disputes.tasks.sweep_case_files", 30.0),
        "case-days": _soon("disputes.tasks.count_days", 60.0),
        "case-payments": _soon("disputes.tasks.look_again", 120.0),
        "network-deadlines": _soon("disputes.tasks.sweep_network", 60.0),
        "gate-look-again": _soon("portal.gate.tasks.look_again", 60.0),
        "gate-learn": _each("portal.gate.tasks.learn", crontab(minute=0)),
        "unusual-viewing": _soon("portal.viewing.tasks.look_for_unusual_days", 900.0),
        "slip-sweep": _soon("receipts.tasks.draw_slips", 30.0),
        "archive-sweep": _soon("receipts.tasks.sweep_archives", 30.0),
        "slip-mail-sweep": _each("receipts.tasks.forget_mails", 3600.0),
        "expected-files": _soon("receipts.tasks.notice_missing_files", 60.0),
        "holiday-notice": _each("portal.calendar.tasks.ask_for_notice", 86_400.0),
        "retention": _each("portal.erasure.tasks.enforce", crontab(hour=18, minute=40)),
        "left-files": _soon("portal.erasure.tasks.remove_files", 300.0),
        "waiting-files": _soon("portal.uploads.tasks.check_waiting", 60.0),
        "draft-sweep": _each("disputes.tasks.erase_leftovers", 3600.0),
    }
    if watch:
        entries["watch-folder"] = _soon("receipts.tasks.watch_folder", 60.0)
    return entries


def _each(task: str, every) -> dict:
    return {"task": task, "schedule": every}


def _verify(every, *, since_last: bool) -> dict:
    return _each("portal.site.tasks.verify_audit", every) | {"kwargs": {"since_last": since_last}}


def _soon(task: str, seconds: float) -> dict:
    """Dropped when the next is due: a busy worker does not do the same thing many times."""
    return {"task": task, "schedule": seconds, "options": {"expires": seconds}}
