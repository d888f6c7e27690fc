"""Log lines: a plain record's short way to JSON says what structlog's processors would say."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from app.config import Settings, load_settings
from app.logging import configure_logging, secrets_in


@pytest.fixture
def formatter() -> Iterator[logging.Formatter]:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    configure_logging(load_settings({"LOG_FORMAT": "json", "REDIS_URL": "redis://:hush!@r"}, None))
    [handler] = [handler for handler in root.handlers if handler not in before]
    assert handler.formatter is not None
    yield handler.formatter
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def record(message: str, *args: object, **extra: object) -> logging.LogRecord:
    made = logging.LogRecord("app.x", logging.WARNING, "", 0, message, args, None)
    made.__dict__.update(extra)
    return made


def test_a_plain_line_is_the_one_that_the_processors_make(formatter: logging.Formatter) -> None:
    structlog.contextvars.bind_contextvars(request_id="r1", shade="of the context")
    told = {"job_id": "j1", "shade": "of the line", "count": 3, "odd": object}

    short = formatter.format(record("%s is %d", "it", 7, **told, color_message="coloured"))
    vars(formatter)["_as_json"] = False  # as if it weren't plain
    long = formatter.format(record("%s is %d", "it", 7, **told, color_message="coloured"))

    lines = [json.loads(line) for line in (short, long)]
    assert all(line.pop("timestamp").endswith("Z") for line in lines)
    assert lines[0] == lines[1]
    assert list(lines[0]) == list(lines[1])
    assert (lines[0]["event"], lines[0]["shade"]) == ("it is 7", "of the line")


def test_keys_are_struck_out_down_to_their_ids(formatter: logging.Formatter) -> None:
    key = "fk_0123456789abcdef_" + "5ec2e7" * 10
    plain = formatter.format(record("%s was sent", key, path=f"/{key}"))
    error = formatter.format(record("it failed", exc_info=(ValueError, ValueError(key), None)))
    for line in (plain, error, formatter.format(record("cut off: %s", key[:30]))):
        assert "5ec2e7" not in line
    assert "fk_0123456789abcdef_*** was sent" in plain
    assert json.loads(plain)["path"] == "/fk_0123456789abcdef_***"


def test_secrets_are_struck_out_of_plain_lines(formatter: logging.Formatter) -> None:
    assert "hush" not in formatter.format(record("redis://:hush!@r doesn't answer"))


def test_each_of_several_keys_of_a_provider_is_struck_out() -> None:
    secrets = secrets_in(Settings(pexels_api_key="first-of-two, second-of-two"))
    assert {"first-of-two", "second-of-two"} <= set(secrets)
