"""Logging: structlog for the project, the standard library's records in the same form.

Lines carry ids, codes and durations. Bodies, headers and settings are never logged: they hold
other people's texts, and secrets.
"""

import logging
import re
import sys
from collections.abc import Callable, MutableMapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import msgspec
import structlog

from app.config import Settings
from app.setting_values import parts_of

QUIET_LOGGERS = (
    "uvicorn.access",
    "httpx",
    "httpcore",
    "aiosqlite",
    "alembic",
    "PIL",
    "fontTools",
    "pymongo",
)
"""Talkative, telling other people's texts (pymongo), or saying once more what
``app.observation`` logs with a request id (uvicorn.access)."""

KEY = re.compile(r"(fk_[0-9a-f]{1,16}_)[0-9a-f]+")
"""an API key, or the beginning of one; its id may stay"""

SHORTEST_SECRET = 4
"""characters; to strike out every "x" would leave nothing to read, and hide nothing"""


def configure_logging(settings: Settings) -> None:
    """Send every log line to standard error, as ``LOG_FORMAT`` and ``LOG_LEVEL`` say."""
    level = getattr(logging, settings.log_level.upper())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    as_json = settings.log_format == "json" or (
        settings.log_format == "auto" and not sys.stderr.isatty()
    )
    rendering: list[Any] = (
        [_json_tracebacks(), structlog.processors.JSONRenderer(_as_json)]
        if as_json
        else [
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            )
        ]
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        _DiscreetFormatter(
            secrets_in(settings),
            as_json=as_json,
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _drop_repetitions,
                *rendering,
            ],
        )
    )
    # Nothing shows where in the code a line was written: to find that out takes as long as to
    # write it (https://docs.python.org/3/howto/logging.html#optimization).
    logging._srcfile = None
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    root = logging.getLogger()
    # One such handler: Dramatiq's command line has added its own by now, and it would say
    # everything twice. Handlers of other kinds (a test's, a debugger's) aren't ours to remove.
    for old in [h for h in root.handlers if type(h) is logging.StreamHandler]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    for name in QUIET_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)


def secrets_in(settings: Settings) -> list[str]:
    """Passwords in the addresses of servers, as they are written there and as they are meant,
    and every key, also each of several; longest first."""
    found: set[str] = set()
    for field in msgspec.structs.fields(settings):
        value = getattr(settings, field.name)
        if not isinstance(value, str):
            continue
        if field.name.endswith("_url"):
            # the last @ ends it, the first : begins it, whatever else the password holds
            _, _, rest = value.partition("://")
            login, _, _ = rest.rpartition("@")
            _, _, password = login.partition(":")
            found |= {password, unquote(password)}
        elif field.name.endswith(("_key", "_secret", "_token", "_password")):
            found |= {value, *parts_of(value)}
    return sorted((s for s in found if len(s) >= SHORTEST_SECRET), key=len, reverse=True)


class _DiscreetFormatter(structlog.stdlib.ProcessorFormatter):
    """Strikes secrets out of whatever others write: a driver's message, a traceback."""

    def __init__(self, secrets: list[str], *, as_json: bool, **options: Any) -> None:
        super().__init__(**options)
        self._secrets = secrets
        self._as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        is_plain = isinstance(record.msg, str) and not (record.exc_info or record.stack_info)
        line = _plain_line(record) if is_plain and self._as_json else super().format(record)
        for secret in self._secrets:
            line = line.replace(secret, "***")
        if "fk_" in line:
            line = KEY.sub(r"\1***", line)
        return line


def _plain_line(record: logging.LogRecord) -> str:
    """What the processors make of a record of the standard library, in a third of the time: every
    request has two of them, and every unit one."""
    event = {"event": record.getMessage(), **structlog.contextvars.get_contextvars()}
    event["level"] = record.levelname.lower()
    event["logger"] = record.name
    event |= {
        name: value for name, value in record.__dict__.items() if name not in _OF_EVERY_RECORD
    }
    event["timestamp"] = datetime.fromtimestamp(record.created, UTC).isoformat()[:-6] + "Z"
    return _as_json(event, default=repr)


_OF_EVERY_RECORD = frozenset(
    {*logging.makeLogRecord({}).__dict__, "message", "asctime", "taskName", "color_message"}
)
"""what isn't somebody's ``extra``; uvicorn's records carry their own text again, in colours"""


def _as_json(event: MutableMapping[str, Any], *, default: Callable[[Any], Any]) -> str:
    # with spaces, as people have learnt to look for it
    return msgspec.json.format(msgspec.json.encode(event, enc_hook=default), indent=0).decode()


def _drop_repetitions(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """uvicorn's records carry their own text again, in colours."""
    event.pop("color_message", None)
    event.pop("message", None)
    return event


def _json_tracebacks() -> structlog.processors.ExceptionRenderer:
    """Tracebacks as JSON, without the local variables: those hold bodies and secrets."""
    return structlog.processors.ExceptionRenderer(
        structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    )
