"""``faceless doctor``: is everything there that a video needs, and if not, how to mend it."""

import shutil
import sys
import tempfile
from collections.abc import Awaitable, Callable
from importlib.metadata import version

import msgspec

from adapters.ffmpeg import missing_features
from adapters.media_folder import MediaFolder
from app.config import Settings
from app.container import make_container
from app.storage import prepare_storage
from domain.errors import DomainError
from domain.generation.ports import (
    MusicLibrary,
    Narrator,
    ScriptWriter,
    Typesetter,
    VideoEngine,
    VisualSource,
)

SAMPLE_TOPIC = "Octopus"
COMFORTABLE_FREE_BYTES = 2_000_000_000
"""room for some hours of finished video"""


class Finding(msgspec.Struct, frozen=True):
    """One thing that was looked at."""

    name: str
    ok: bool
    message: str
    hint: str = ""


async def examine(settings: Settings) -> list[Finding]:
    """Look at everything; a check that can't be made is a finding, never an exception."""
    container = make_container(settings)
    try:
        narrator = await container.get(Narrator)
        typesetter = await container.get(Typesetter)
        engine = await container.get(VideoEngine)
        writer = await container.get(ScriptWriter)
        music = await container.get(MusicLibrary)
        visuals = await container.get(VisualSource)

        async def python() -> str:
            return f"faceless {version('faceless')} on Python {sys.version.split()[0]}"

        async def database() -> str:
            return await prepare_storage(settings)

        async def folders() -> str:
            with tempfile.TemporaryFile(dir=settings.data_dir):
                return f"{settings.data_dir.absolute()} can be written"

        async def space() -> str:
            free = shutil.disk_usage(settings.data_dir).free
            if free < max(settings.min_free_bytes, COMFORTABLE_FREE_BYTES):
                raise DomainError(
                    f"only {free / 1e9:.1f} GB are free under {settings.data_dir.absolute()}",
                    hint=f"Free some space, or move DATA_DIR. Below {settings.min_free_bytes:,} "
                    "bytes (MIN_FREE_BYTES) no work is begun.",
                )
            return f"{free / 1e9:.1f} GB are free"

        async def ffmpeg() -> str:
            if missing := missing_features(engine.tools()["ffmpeg_path"]):
                raise DomainError(
                    f"this build lacks {', '.join(missing)}",
                    hint="Reinstall imageio-ffmpeg, whose build has them all.",
                )
            return engine.tools()["ffmpeg"]

        async def fonts() -> str:
            fonts = typesetter.fonts()
            return f"{', '.join(credit.title for credit in fonts.credits)} in {fonts.folder}"

        async def voice() -> str:
            voices = narrator.voices()
            default = narrator.voice_for("en", settings.default_voice or None)
            narrator.identity(default)
            return f"{default.name} speaks; {len(voices)} installed"

        async def encyclopedia() -> str:
            return f"{SAMPLE_TOPIC!r} finds {writer.match_topic(SAMPLE_TOPIC, 'en').title!r}"

        async def tracks() -> str:
            moods = sorted({track.mood for track in music.tracks()})
            return f"{len(music.tracks())} tracks: {', '.join(moods)}"

        async def media() -> str:
            if settings.media_dir is None:
                return "MEDIA_DIR isn't set; every shot is drawn"
            if not isinstance(visuals, MediaFolder):
                return type(visuals).__name__
            if problems := visuals.problems():
                raise DomainError(
                    f"{len(problems)} files can't be used: "
                    + "; ".join(f"{name} ({reason})" for name, reason in problems[:5]),
                    hint="They are skipped. Convert them to MP4, PNG or JPEG, or remove them.",
                )
            return f"{settings.media_dir} can be read"

        checks: dict[str, Callable[[], Awaitable[str]]] = {
            "version": python,
            "database": database,
            "folders": folders,
            "free space": space,
            "ffmpeg": ffmpeg,
            "fonts": fonts,
            "voice": voice,
            "encyclopedia": encyclopedia,
            "music": tracks,
            "media folder": media,
        }
        return [await _look(name, check) for name, check in checks.items()]
    finally:
        await container.close()


async def _look(name: str, check: Callable[[], Awaitable[str]]) -> Finding:
    try:
        return Finding(name, ok=True, message=await check())
    except DomainError as error:
        return Finding(name, ok=False, message=error.message, hint=error.hint_text)
    except Exception as error:
        return Finding(name, ok=False, message=f"{type(error).__name__}: {error}")
