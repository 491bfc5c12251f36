"""JSON logs through structlog; what could be a secret is cut before a line is written."""

from typing import Any

import structlog
from structlog.typing import Processor

from medixain.logs import add_code, cut_secrets

_SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    add_code,
    cut_secrets,
]


def logging_settings(*, level: str) -> dict[str, Any]:
    """Return Django's ``LOGGING`` and configure structlog to feed it: one JSON object a line on standard error."""
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.format_exc_info,
                    structlog.processors.JSONRenderer(sort_keys=True),
                ],
                "foreign_pre_chain": _SHARED,
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
        # Their lines hold addresses with ids and queries; the request log says what is needed without them. A task is a
        # wake-up, several a second: not worth two lines each.
        "loggers": {
            **{
                name: {"level": "WARNING"}
                for name in ("httpx", "httpcore", "web3", "urllib3", "kombu", "amqp", "celery")
            },
            "django.request": {"level": "ERROR"},
        },
    }
