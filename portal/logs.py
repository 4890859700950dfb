"""Structured logs without personal data: what is logged is named here, nothing is logged whole."""

import logging.config

import structlog
from structlog.typing import EventDict, Processor

# Whatever key carries one of these, its value never reaches a log line.
PERSONAL = frozenset(
    {
        "card_tail",
        "contact",
        "contact_value",
        "email",
        "phone",
        "body",
        "password",
        "token",
        "code",
    }
)


def drop_personal(_logger, _name, event: EventDict) -> EventDict:
    return {key: "***" if key in PERSONAL else value for key, value in event.items()}


def configure(level: str, form: str) -> None:
    """`form` is `console` for people or `json` for machines."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        drop_personal,
    ]
    renderer = (
        structlog.processors.JSONRenderer()
        if form == "json"
        # A traceback's plain form: the pretty one shows the values of variables.
        else structlog.dev.ConsoleRenderer(
            colors=False, exception_formatter=structlog.dev.plain_traceback
        )
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "portal": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "processors": [
                        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                        renderer,
                    ],
                    "foreign_pre_chain": shared,
                }
            },
            "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "portal"}},
            "root": {"handlers": ["console"], "level": level},
            # Paths of requests carry capability tokens: the request line is not logged by Django.
            "loggers": {
                "django.request": {"level": "ERROR"},
                "pikepdf": {"level": "ERROR"},
                "fontTools": {"level": "WARNING"},
                "weasyprint": {"level": "WARNING"},
            },
        }
    )
