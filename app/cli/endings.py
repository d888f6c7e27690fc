"""How a command ends: its exit codes, and problems in words or as JSON.

Whatever goes wrong is a problem as the API answers it (RFC 9457), whether a server said so or this
process found it. With ``--json`` it stands on standard output, where the answer would; in words, on
standard error.
"""

import re
import sys
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

import click
import msgspec
from rich.console import Console
from rich.markup import escape

from app.config import Settings, load_settings
from domain import errors
from domain.errors import DomainError, InvalidRequest, SettingsInvalid, TopicNotFound

EXIT_FAILED = 1
"""the work failed, or the doctor found something"""
EXIT_USAGE = 2
"""the command, its input or a setting was wrong"""
EXIT_WAITING = 3
"""the job waits for somebody's approval"""
EXIT_INTERRUPTED = 130
"""Ctrl-C, as shells count it: 128 + SIGINT"""

EXIT_CODES = (
    "Exit codes: 0 done, 1 failed, 2 wrong input or settings, 3 waits for approval, "
    "130 stopped with Ctrl-C."
)

PROBLEM_PREFIX = "urn:faceless:problem:"
SERVER_ERROR = 500
"""from which on it isn't the caller who can mend it"""
UNREADY_STATUSES = frozenset({409, 429})
"""refusals that the same request may not meet the next time: nothing is wrong with the input"""

INPUT_ERRORS = (
    errors.BackupUnusable,
    errors.InstallationNotEmpty,
    errors.InvalidRequest,
    errors.JobNotFound,
    errors.KeyNotFound,
    errors.LanguageUnsupported,
    errors.MediaNotFound,
    errors.MediaUnreadable,
    errors.MusicNotFound,
    errors.NotImportable,
    errors.PageUnreadable,
    errors.ReaderMissing,
    errors.SettingsInvalid,
    errors.TopicNotFound,
    errors.VoiceNotFound,
    errors.WritingSystemUnsupported,
)
"""what the caller can put right by asking for something else"""

SOURCES = {
    "topic": "TOPIC",
    "script": "--script",
    "source_text": "--article",
    "source_url": "--url",
    "scenes": "--scenes",
}
"""what a video is made from, as the API and as the command spell it"""

COMMANDS = {
    "GET /api/jobs": "faceless jobs",
    "GET /api/videos": "faceless videos",
    "GET /api/voices": "faceless voices",
    "GET /api/palettes": "faceless palettes",
    "GET /api/presets": "faceless presets",
    "GET /api/webhooks": "faceless webhooks",
    "GET /api/webhooks/deliveries": "faceless webhooks deliveries",
    "DELETE /api/webhooks/{id}": "faceless webhooks delete ID",
    "POST /api/webhooks/{id}/rotate": "faceless webhooks rotate ID",
    "GET /api/jobs/{id}": "faceless jobs show ID",
    "GET /api/jobs/{id}/script": "faceless jobs show ID",
    "GET /api/music": "faceless capabilities",
    "GET /api/capabilities": "faceless capabilities",
    "DELETE /api/presets/{name}": "faceless presets delete NAME",
    "PUT /api/presets/{name}": "faceless presets save NAME",
    "POST /api/generate": "faceless generate",
    "POST /api/jobs/{id}/retry` with a higher `max_cost": "faceless jobs retry ID --max-cost USD",
    "POST /api/jobs/{id}/retry": "faceless jobs retry ID",
    "POST /api/jobs/{id}/approve": "faceless jobs approve ID",
    "POST /api/jobs/{id}/reject": "faceless jobs reject ID",
    "POST /api/videos/{id}/revisions": "faceless videos revise ID",
    "PATCH /api/videos/{id}/scenes/{n}": "faceless videos revise ID --scene N --text TEXT",
    "DELETE /api/videos/{id}": "faceless videos delete ID",
    "GET /api/videos/{id}/storyboard": "faceless videos show ID",
    '"aspect_ratio": "16:9"': "--aspect 16:9",
    '"mood": "none"': "--mood none",
}
"""what hints name, as it is said on the command line"""

SEND_KEY = "Send `Authorization: Bearer fk_...`"
SET_KEY = "Set FACELESS_KEY to your key, or --key-file to a file with it"
"""how a key is given: to the API, and to a command"""

COMMAND = re.compile(rf"`?({'|'.join(map(re.escape, COMMANDS))})`?(?![/\w?])")

out = Console()
err = Console(stderr=True)


class Refused(Exception):
    """A request came to nothing; ``problem`` says why.

    ``raw`` is the problem as the server sent it, to the byte; ``options`` spells its fields.
    """

    def __init__(self, problem: dict[str, Any], raw: bytes = b"") -> None:
        super().__init__(problem.get("detail", ""))
        self.problem = problem
        self.raw = raw or msgspec.json.encode(problem)

    @property
    def status(self) -> int:
        """The HTTP status; 0 if no server said this."""
        return int(self.problem.get("status", 0))

    @property
    def code(self) -> str:
        """The problem's stable code."""
        return str(self.problem.get("code", ""))

    @property
    def exit_code(self) -> int:
        """What the command ends with because of it."""
        wrong_input = 0 < self.status < SERVER_ERROR and self.status not in UNREADY_STATUSES
        return EXIT_USAGE if wrong_input else EXIT_FAILED


class WrongInput(Refused):
    """What was given to the command is wrong; no server was asked."""

    def __init__(self, pointer: str, message: str, hint: str = "", code: str = "invalid") -> None:
        wrong = {"pointer": pointer, "message": message, "code": code, "hint": hint}
        super().__init__(local_problem("invalid_request", message, hint, errors=[wrong]))

    @property
    def exit_code(self) -> int:
        """Wrong input, always."""
        return EXIT_USAGE


def local_problem(code: str, detail: str, hint: str = "", **more: Any) -> dict[str, Any]:
    """A problem that was found here: without a status, which is a server's to give."""
    said = {"type": PROBLEM_PREFIX + code, "detail": detail, "code": code, "hint": hint}
    return {name: value for name, value in (said | more).items() if value not in ("", None)}


def problem_from(error: DomainError) -> dict[str, Any]:
    """The problem that an error of this process is."""
    more: dict[str, Any] = {}
    if isinstance(error, InvalidRequest):
        more["errors"] = msgspec.to_builtins(error.errors)
        more["suggestions"] = error.suggestions
    if isinstance(error, SettingsInvalid):
        more["settings"] = error.problems
    if isinstance(error, TopicNotFound):
        more["suggestions"] = error.suggestions
    return local_problem(error.code, error.message, error.hint_text, **more)


def settings_or_leave(*, as_json: bool = False) -> Settings:
    """The settings, or the end of the command with what is wrong in them."""
    try:
        return load_settings()
    except DomainError as error:
        fail(error, as_json=as_json)


def fail(
    error: DomainError | Refused, *, as_json: bool = False, options: Mapping[str, str] | None = None
) -> NoReturn:
    """Say what is wrong and how to mend it, and leave with the fitting exit code.

    Args:
        options: what the fields of the request are called here, by their JSON pointers.
    """
    if isinstance(error, Refused):
        problem, raw, code = error.problem, error.raw, error.exit_code
    else:
        problem = problem_from(error)
        raw = msgspec.json.encode(problem)
        code = EXIT_USAGE if isinstance(error, INPUT_ERRORS) else EXIT_FAILED
    if as_json:
        click.echo(raw)
    else:
        _print_lines(in_words(problem, options or {}))
    sys.exit(code)


def say(error: DomainError) -> None:
    """Say what is wrong and how to mend it, on standard error."""
    _print_lines(in_words(problem_from(error), {}))


def note(message: str) -> None:
    """A word beside the answer, on standard error."""
    err.print(message, soft_wrap=True, highlight=False, markup=False)


def in_words(problem: Mapping[str, Any], options: Mapping[str, str]) -> list[str]:
    """A problem as lines with rich's markup."""
    code, hint = str(problem.get("code", "failed")), spoken(str(problem.get("hint", "")))
    if code == "invalid_request" and problem.get("errors"):
        lines = []
        for wrong in problem["errors"]:
            option = options.get(wrong["pointer"], wrong["pointer"]) or "input"
            message = str(wrong["message"])
            if wrong.get("code") == "exactly_one_source":
                message = _sources_spelled(message)
            lines.append(f"[red]{escape(option)}[/] {escape(message)}")
            lines += [f"  {escape(spoken(wrong['hint']))}"] if wrong.get("hint") else []
        return lines + _suggested(problem)
    if "settings" in problem:
        said = [f"[red]setting[/] {escape(wrong)}" for wrong in problem["settings"]]
    else:
        detail = str(problem.get("detail") or problem.get("title") or "")
        said = [f"[red]{escape(code)}[/] {escape(detail)}"]
    if hint:
        said.append(f"  {escape(hint)}")
    said += _suggested(problem)
    if int(problem.get("status", 0)) >= SERVER_ERROR and problem.get("request_id"):
        said.append(f"  The server's log tells more, under {escape(str(problem['request_id']))}.")
    return said


def _suggested(problem: Mapping[str, Any]) -> list[str]:
    topics = problem.get("suggestions")
    return [f"  Suggestions: {escape(', '.join(topics))}"] if topics else []


def _print_lines(lines: Iterable[str]) -> None:
    for line in lines:
        err.print(line, soft_wrap=True, highlight=False)


def spoken(hint: str) -> str:
    """A hint of the API with its fields and addresses as they are spelt here."""
    hint = hint.replace(SEND_KEY, SET_KEY)
    hint = re.sub(r"`([^`]+)`", lambda m: SOURCES.get(m[1], m[0]), hint)
    return COMMAND.sub(lambda m: f"`{COMMANDS[m[1]]}`", hint)


def _sources_spelled(text: str) -> str:
    return re.sub(rf"\b({'|'.join(SOURCES)})\b", lambda m: SOURCES[m[1]], text)
