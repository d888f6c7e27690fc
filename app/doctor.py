"""``faceless doctor``: is everything there that a video needs, and if not, how to mend it."""

import asyncio
import shutil
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from dishka import AsyncContainer
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

from adapters.cryptography import KEY_FILE, key_of_file
from adapters.ffmpeg import FfmpegEngine, fonts_chosen
from adapters.media_folder import MediaFolder
from app.chains import Chains
from app.config import Settings, load_settings
from app.container import make_container
from app.doctor_servers import ServerVisit
from app.findings import Check, Finding, Sound, look
from app.misspelt import misspelt_in_words
from app.price_checks import prices_feature
from app.provider_states import chains_in_words, voiceless_narrators
from app.providers import PORTS, Kit
from domain.errors import DomainError, FontMissing, SettingsInvalid
from domain.generation.estimated_times import advice_on, word_times_in_words
from domain.generation.ports import (
    MusicLibrary,
    Narrator,
    Quarantine,
    Typesetter,
    VideoEngine,
)
from domain.providers.prices import PriceTable

VOICES_NAMED = 12
"""of all that there are: services have hundreds"""
SAMPLE_TOPIC = "Octopus"
COMFORTABLE_FREE_BYTES = 2_000_000_000
"""room for some hours of finished video"""
LISTED = 5
"""findings of one kind that are spelt out"""


def examine_settings() -> tuple[Settings | None, list[Finding]]:
    """Read the settings; None, and a finding for each that is wrong, when they can't be used."""
    try:
        settings = load_settings()
    except SettingsInvalid as error:
        return None, [
            Finding("settings", ok=False, message=problem, hint=error.hint_text)
            for problem in error.problems
        ]
    message = "every variable that is set is valid"
    return settings, [Finding("settings", ok=True, message=message, hint=misspelt_in_words())]


async def examine(settings: Settings) -> list[Finding]:
    """Look at everything; a check that can't be made is a finding, never an exception."""
    container = make_container(settings)
    try:
        visit = _Visit(settings, container)
        machine: dict[str, Check] = {
            "version": visit.version,
            "folders": visit.folders,
            "free space": visit.free_space,
            "secrets": visit.secrets,
        }
        tools: dict[str, Check] = {
            "ffmpeg": visit.ffmpeg,
            "fonts": visit.fonts,
            "voice": visit.voice,
            "word times": visit.word_times,
            "providers": visit.providers,
            "prices": visit.prices,
            "encyclopedia": visit.encyclopedia,
            "music": visit.music,
            "media folder": visit.media_folder,
        }
        return [
            *[await look(name, check) for name, check in machine.items()],
            *await ServerVisit(settings).examine(),
            *[await look(name, check) for name, check in tools.items()],
        ]
    finally:
        await container.close()


class _Visit:
    """The checks, each answering what it found in words or raising what is wrong."""

    def __init__(self, settings: Settings, container: AsyncContainer) -> None:
        self._settings = settings
        self._container = container

    async def version(self) -> str:
        return f"faceless {version('faceless')} on Python {sys.version.split()[0]}"

    async def folders(self) -> str:
        folder = self._settings.data_dir
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                return f"{folder} can be written"
        except OSError as error:
            raise DomainError(
                f"{folder} can't be written: {error.strerror}",
                hint="Point DATA_DIR at a folder that you may write to.",
            ) from error

    async def free_space(self) -> str:
        settings = self._settings
        free = shutil.disk_usage(_nearest_existing(settings.data_dir)).free
        if free < max(settings.min_free_bytes, COMFORTABLE_FREE_BYTES):
            raise DomainError(
                f"only {free / 1e9:.1f} GB are free under {settings.data_dir}",
                hint="Free some space, or move DATA_DIR. Below "
                f"{settings.min_free_bytes / 1e9:g} GB (MIN_FREE_BYTES) no work is begun.",
            )
        return f"{free / 1e9:.1f} GB are free"

    async def secrets(self) -> str:
        settings = self._settings
        if settings.secret_key:
            return "those of webhooks are encrypted with SECRET_KEY"
        file = settings.data_dir / KEY_FILE
        if file.exists():
            key_of_file(settings.data_dir)
        return (
            f"those of webhooks are encrypted with the key in {file}, which the first one makes; "
            "processes that don't share DATA_DIR need SECRET_KEY"
        )

    async def ffmpeg(self) -> Sound:
        engine = await self._ffmpeg_engine()
        facts = await asyncio.to_thread(engine.doctor_facts)
        if facts.missing:
            raise DomainError(
                f"the build at {facts.path} lacks {', '.join(facts.missing)}",
                hint="Unset IMAGEIO_FFMPEG_EXE, or reinstall imageio-ffmpeg: its build has all.",
            )
        told = f"version {facts.version} has every filter, encoder and format that is needed"
        if facts.has_no_network:
            return Sound(f"{told}; it runs without network")
        return Sound(
            f"{told}; this system doesn't let it be cut off the network",
            "Nothing that it reads may use the network all the same. To be safe twice: permit "
            "namespaces (user namespaces, unless it runs as root), or let a firewall do it.",
        )

    async def fonts(self) -> str:
        typesetter = await self._container.get(Typesetter)
        engine = await self._ffmpeg_engine()
        fonts = await asyncio.to_thread(typesetter.fonts)
        families = {
            file.stem.replace("-", " "): _drawn_by(file)
            for file in sorted(fonts.folder.glob("*.ttf"))
        }
        chosen = await asyncio.to_thread(
            fonts_chosen, engine.executable, _specimen(families), fonts.folder
        )
        replaced = [name for name in families if chosen.get(name) != name.replace(" ", "")]
        if replaced or not families:
            raise FontMissing(
                f"{fonts.folder} lacks what it should hold; text would be drawn in other fonts "
                f"than {', '.join(replaced) or 'those of the project'}.",
            )
        return f"{', '.join(credit.title for credit in fonts.credits)} are drawn as themselves"

    async def voice(self) -> Sound:
        narrator = await self._container.get(Narrator)
        voices = narrator.voices()
        ids = ", ".join(voice.id for voice in voices[:VOICES_NAMED])
        if others := len(voices[VOICES_NAMED:]):
            ids += f" and {others} more (`faceless voices`)"
        default = narrator.voice_for("en", self._settings.default_voice or None)
        await asyncio.to_thread(narrator.identity, default)
        told = f"{default.name} ({default.language}) speaks; there is {ids}"
        voiceless = voiceless_narrators(await self._container.get(Chains))
        if voiceless:
            told += f"; {' and '.join(voiceless)}: named in NARRATORS, but without a voice"
        return Sound(told, " ".join(voiceless.values()))

    async def word_times(self) -> Sound:
        voices = (await self._container.get(Narrator)).voices()
        return Sound(word_times_in_words(voices) or "there is no voice", advice_on(voices))

    async def providers(self) -> str:
        chains = await self._container.get(Chains)
        told = f"asked in this order: {chains_in_words(chains)}"
        if any(link.key for port in PORTS for link in chains.links(port)):
            told += "; none was called now, so whether keys are accepted isn't known"
        return told

    async def prices(self) -> Sound:
        kit = await self._container.get(Kit)
        found = prices_feature(kit, await self._container.get(PriceTable))
        return Sound(found.missing or found.detail, found.hint or "")

    async def encyclopedia(self) -> str:
        writer = (await self._container.get(Chains)).writers.providers.get("offline")
        if writer is None:
            return "WRITERS doesn't name `offline`: it isn't asked"
        match = await asyncio.to_thread(writer.match_topic, SAMPLE_TOPIC, "en")
        return f"{SAMPLE_TOPIC!r} finds the article {match.title!r}"

    async def music(self) -> str:
        library = await self._container.get(MusicLibrary)
        tracks = await asyncio.to_thread(library.tracks)
        moods = sorted({track.mood for track in tracks})
        return f"{len(tracks)} tracks: {', '.join(moods)}"

    async def media_folder(self) -> str:
        folder = self._settings.media_dir
        if folder is None:
            chains = await self._container.get(Chains)
            others = ", ".join(name for name in chains.visuals.providers if name != "folder")
            instead = f"clips and stills are {others}'s alone" if others else "every shot is drawn"
            return f"MEDIA_DIR isn't set; {instead}"
        if not folder.is_dir():
            raise DomainError(
                f"{folder} is no folder", hint="Point MEDIA_DIR at a folder, or leave it empty."
            )
        visuals = MediaFolder(folder, await self._container.get(Quarantine))
        usable = await asyncio.to_thread(visuals.examine)
        if problems := visuals.problems():
            listed = "; ".join(f"{name} ({reason})" for name, reason in problems[:LISTED])
            more = len(problems) - LISTED
            raise DomainError(
                f"{len(problems)} of the files in {folder} can't be used: {listed}"
                + (f"; and {more} more" if more > 0 else ""),
                hint="They are passed over until they are mended or removed.",
            )
        return f"{usable} clips and stills in {folder} can be used"

    async def _ffmpeg_engine(self) -> FfmpegEngine:
        engine = await self._container.get(VideoEngine)
        assert isinstance(engine, FfmpegEngine), "the container has no other"
        return engine


def _nearest_existing(path: Path) -> Path:
    return next(folder for folder in (path, *path.parents) if folder.exists())


def _drawn_by(font: Path) -> str:
    """A character that a font has: for any other, libass takes another font."""
    with TTFont(font, lazy=True) as face:
        drawn = sorted(chr(code) for code in face.getBestCmap())
    return next((character for character in drawn if character.isalpha()), drawn[-1])


def _specimen(families: dict[str, str]) -> str:
    """An ASS script that draws a character in each family."""
    style = "Style: Default,Arial,20,&H00FFFFFF,&H00FFFFFF,&H00000000,&H00000000"
    events = "\n".join(
        f"Dialogue: 0,0:00:00.00,0:00:01.00,Default,,0,0,0,,{{\\fn{family}}}{character}"
        for family, character in families.items()
    )
    return (
        "[Script Info]\nScriptType: v4.00+\nPlayResX: 320\nPlayResY: 180\n\n[V4+ Styles]\n"
        "Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, "
        f"BackColour\n{style}\n\n[Events]\n"
        "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
        f"{events}\n"
    )
