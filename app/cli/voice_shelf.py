"""``faceless voices list``, ``add`` and ``refresh``: more voices for this installation."""

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click
import msgspec

from app.cli.endings import EXIT_CODES, EXIT_FAILED, fail, note, out, say, settings_or_leave
from app.cli.tables import print_table
from app.setting_values import parts_of
from domain.errors import DomainError

if TYPE_CHECKING:  # what these bring along takes a second: only the commands load it
    from adapters.edge import EdgeNarrator
    from adapters.elevenlabs import ElevenLabsNarrator
    from adapters.piper import OfferedVoice

JSON = click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
MEGABYTE = 1_000_000


@click.command(name="list", epilog=EXIT_CODES)
@click.option("--language", help="Only of this language, such as de or pt-BR.")
@JSON
def list_(language: str | None, as_json: bool) -> None:
    """List the Piper voices that `voices add` can fetch."""
    from adapters.piper import VoiceRepository  # noqa: PLC0415 - only this command needs it

    settings = settings_or_leave(as_json=as_json)
    try:
        offered = VoiceRepository(settings.piper_voices_url).voices()
    except DomainError as error:
        fail(error, as_json=as_json)
    there = [voice for voice in offered.values() if _is_of(voice, language)]
    if as_json:
        told = [
            {"name": v.key, "language": v.tag, "quality": v.quality, "bytes": v.bytes}
            for v in there
        ]
        click.echo(msgspec.json.encode(told))
        return
    print_table(
        ("NAME", "LANGUAGE", "QUALITY", "MB"),
        [(v.key, v.tag, v.quality, f"{v.bytes / MEGABYTE:.0f}") for v in there],
    )
    if not there:
        note(f"None of the {len(offered)} voices is of the language {language}.")


@click.command(epilog=EXIT_CODES)
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@JSON
def add(names: Iterable[str], as_json: bool) -> None:
    """Fetch Piper voices, such as de_DE-thorsten-medium; goes on where it was broken off.

    They are put into VOICE_DIR, or into DATA_DIR/voices; a server that runs has them from its next
    start on.
    """
    from adapters.piper import VoiceRepository  # noqa: PLC0415 - only this command needs it

    settings = settings_or_leave(as_json=as_json)
    repository = VoiceRepository(settings.piper_voices_url)
    told: dict[str, int] = {}

    def progress(file: str, done: int, size: int) -> None:
        tenth = 10 * done // max(1, size)
        if not as_json and size > MEGABYTE and told.get(file) != tenth:
            told[file] = tenth
            note(f"{file}: {done / MEGABYTE:.0f} of {size / MEGABYTE:.0f} MB")

    models = []
    for name in names:
        try:
            models.append(str(repository.fetch(name, settings.voices_folder, progress)))
        except DomainError as error:
            fail(error, as_json=as_json)
        if not as_json:
            click.echo(models[-1])
    if as_json:
        click.echo(msgspec.json.encode({"files": models}))


@click.command(epilog=EXIT_CODES)
@JSON
def refresh(as_json: bool) -> None:
    """Fetch the lists of voices of ElevenLabs (ELEVENLABS_API_KEY) and Edge (extra `voices`)."""
    from importlib.util import find_spec  # noqa: PLC0415 - as below

    from app import narrators  # noqa: PLC0415 - loads every narrator

    settings = settings_or_leave(as_json=as_json)
    mastering = narrators.make_mastering(settings)
    services: dict[str, ElevenLabsNarrator | EdgeNarrator] = {}
    if keys := parts_of(settings.elevenlabs_api_key):
        services["elevenlabs"] = narrators.make_elevenlabs(settings, mastering, keys[0])
    if find_spec("edge_tts") is not None:
        services["edge"] = narrators.make_edge(settings, mastering)
    counts: dict[str, int] = {}
    failed = False
    for name, service in services.items():
        try:
            counts[name] = asyncio.run(service.refresh())
        except DomainError as error:
            failed = True
            say(error)
    if as_json:
        click.echo(msgspec.json.encode(counts))
    else:
        for name, count in counts.items():
            out.print(f"{name}: {count} voices")
        if not services:
            note("No service has a list: set ELEVENLABS_API_KEY, or install the extra `voices`.")
    raise SystemExit(EXIT_FAILED if failed else 0)


def _is_of(voice: "OfferedVoice", language: str | None) -> bool:
    """Whether a voice is of a language, given with or without its region."""
    if language is None:
        return True
    wanted, tag = language.replace("_", "-").lower(), voice.tag.lower()
    return wanted in (tag, tag.split("-")[0])
