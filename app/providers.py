"""The registry: every provider that comes with the program, by port and by the name that the
settings call it. A provider more is a line here; those of other packages are in ``app.plugins``.

What makes one is given a ``Kit`` and answers the port, or one for each key by the key's label.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, TypeVar

from adapters.media_folder import MediaFolder
from adapters.music import BundledMusic, FolderMusic, MusicShelf
from adapters.openai import OpenAIChat, OpenAIWriter
from adapters.piper import PiperNarrator
from adapters.sumy import SumyWriter
from adapters.wikipedia import WikipediaEncyclopedia, WikipediaWriter
from app.config import Settings
from app.narrators import make_edge, make_elevenlabs, make_mastering, make_openai_speech
from app.setting_values import parts_of
from app.stock import StockRoom
from domain.generation.mastering import Mastering
from domain.generation.pages import PageExtractor, PageWriter
from domain.generation.ports import (
    MusicLibrary,
    Narrator,
    Quarantine,
    ScriptWriter,
    SentenceSegmenter,
    VisualSource,
)
from domain.generation.relevance import Judge
from domain.generation.writing import Writers
from domain.outbound import Resolver, SourceClient, SourceRules

PortT = TypeVar("PortT")

LABELLED = 16
"""characters that a key has at least, for its last four to give nothing away"""


@dataclass(frozen=True)
class Kit:
    """What providers are made with."""

    settings: Settings = field(repr=False)
    variables: Mapping[str, str] = field(repr=False)
    """all variables of the environment and of ``.env``, for providers of other packages"""
    segmenter: SentenceSegmenter
    quarantine: Quarantine
    rules: SourceRules
    """which addresses may be read from where users or providers name them"""
    resolver: Resolver
    client: SourceClient
    """asks only addresses that ``rules`` allow"""
    pages: PageExtractor
    judge: Judge

    @cached_property
    def stock(self) -> StockRoom:
        """For all sources of others' footage: they share what was downloaded."""
        return StockRoom(self.settings, self.quarantine, self.rules, self.resolver)

    @cached_property
    def mastering(self) -> Mastering:
        """For all services of voices: it holds a model."""
        return make_mastering(self.settings)

    def value_of(self, variable: str) -> object:
        """What somebody has set a variable to; nothing or empty where it's left as it was."""
        name = variable.lower()
        if not hasattr(self.settings, name):
            return self.variables.get(variable, "").strip()
        setting = getattr(self.settings, name)
        return None if setting == getattr(Settings(), name) else setting


@dataclass(frozen=True)
class Goods:
    """What a provider's calls are paid for, as the table of prices has it."""

    units: tuple[str, ...]
    """all that its purchases name"""
    model: str = ""
    """the variable with the model's name; empty: it isn't said"""
    provider: str = ""
    """what purchases call it; empty: as the settings do"""


@dataclass(frozen=True)
class Offer(Generic[PortT]):
    """A provider that can be named in a setting."""

    make: Callable[[Kit], PortT | Mapping[str, PortT]]
    """connects to nothing; by label where there are several keys"""
    about: str = ""
    """what it does, in words"""
    needs: tuple[str, ...] = ()
    """variables that have to be set"""
    needs_one_of: tuple[str, ...] = ()
    """variables of which one has to be set"""
    library: str = ""
    """a module that has to be installed"""
    extra: str = ""
    """the extra that installs it, or what it has to offer"""
    goods: Goods | None = None
    """None: it's free"""


@dataclass(frozen=True)
class Port(Generic[PortT]):
    """A port, and who may serve it."""

    name: str
    """that of the entry-point group, too: ``faceless.<name>``"""
    setting: str
    """which names the providers in order"""
    protocol: type[Any]
    """what each of them has to have"""
    offers: Mapping[str, Offer[PortT]]
    only_of_chains: frozenset[str] = frozenset()
    """members that no single provider is ever asked for"""


def by_key(keys: str, make: Callable[[str], PortT]) -> dict[str, PortT]:
    """One port for each of the keys, which commas separate; one for none where there's none."""
    found = list(dict.fromkeys(parts_of(keys)))
    if not found:
        return {"": make("")}
    made: dict[str, PortT] = {}
    for number, key in enumerate(found, start=1):
        label = f"...{key[-4:]}" if len(key) >= LABELLED else f"#{number}"
        made[f"{label} #{number}" if label in made else label] = make(key)
    return made


def offline_writer(kit: Kit) -> ScriptWriter:
    """Writes from the encyclopedia and from articles, without a model."""
    articles = SumyWriter(kit.segmenter)
    return Writers(
        {
            "topic": WikipediaWriter(kit.segmenter, kit.settings.cache_dir / "wikipedia"),
            "source_text": articles,
            "source_url": PageWriter(articles, kit.client, kit.pages),
        }
    )


def openai_writer(kit: Kit, key: str) -> ScriptWriter:
    """Has a model write, with one of the keys in OPENAI_API_KEY, or with none."""
    settings = kit.settings
    model = OpenAIWriter(
        OpenAIChat(
            settings.openai_base_url,
            settings.openai_model,
            key,
            api=settings.openai_api,
            timeout_seconds=settings.openai_timeout_seconds,
        ),
        WikipediaEncyclopedia(settings.cache_dir / "wikipedia"),
        kit.segmenter,
        context_tokens=settings.openai_context_tokens,
    )
    pages = PageWriter(model, kit.client, kit.pages)
    return Writers({"topic": model, "source_text": model, "source_url": pages})


WRITER: Port[ScriptWriter] = Port(
    name="writer",
    setting="WRITERS",
    protocol=ScriptWriter,
    offers={
        "offline": Offer(
            offline_writer,
            "topics of an offline encyclopedia, in English; articles are condensed",
        ),
        "openai": Offer(
            lambda kit: by_key(kit.settings.openai_api_key, lambda key: openai_writer(kit, key)),
            "a model behind any OpenAI-compatible endpoint",
            needs=("OPENAI_MODEL",),
            needs_one_of=("OPENAI_API_KEY", "OPENAI_BASE_URL"),
            goods=Goods(("input_tokens", "output_tokens"), "OPENAI_MODEL"),
        ),
    },
)

NARRATOR: Port[Narrator] = Port(
    name="narrator",
    setting="NARRATORS",
    protocol=Narrator,
    only_of_chains=frozenset({"alternatives"}),
    offers={
        "piper": Offer(
            lambda kit: PiperNarrator(
                kit.settings.cache_dir / "voices",
                voice_dir=kit.settings.voices_folder,
                default_voice=kit.settings.default_voice,
            ),
            "voices on this machine; the extra `voice`, VOICE_DIR",
            extra="voice",
        ),
        "openai": Offer(
            lambda kit: by_key(
                kit.settings.speech_server[1],
                lambda key: make_openai_speech(kit.settings, kit.mastering, key),
            ),
            "OpenAI's speech, or a server of your own that speaks its protocol",
            needs_one_of=("OPENAI_API_KEY", "OPENAI_SPEECH_API_KEY", "OPENAI_SPEECH_BASE_URL"),
            goods=Goods(("characters",), "OPENAI_SPEECH_MODEL"),
        ),
        "elevenlabs": Offer(
            lambda kit: by_key(
                kit.settings.elevenlabs_api_key,
                lambda key: make_elevenlabs(kit.settings, kit.mastering, key),
            ),
            "ElevenLabs",
            needs=("ELEVENLABS_API_KEY",),
            goods=Goods(("characters",), "ELEVENLABS_MODEL"),
        ),
        "edge": Offer(
            lambda kit: make_edge(kit.settings, kit.mastering),
            "Microsoft Edge's voices, unofficially",
            library="edge_tts",
            extra="voices",
        ),
    },
)

VISUALS: Port[VisualSource] = Port(
    name="visuals",
    setting="VISUALS",
    protocol=VisualSource,
    offers={
        "folder": Offer(
            lambda kit: MediaFolder(kit.settings.media_dir, kit.quarantine, kit.judge),
            "clips and stills of MEDIA_DIR",
        ),
        "pexels": Offer(
            lambda kit: by_key(kit.settings.pexels_api_key, kit.stock.pexels),
            "videos and photos of Pexels",
            needs=("PEXELS_API_KEY",),
        ),
        "pixabay": Offer(
            lambda kit: by_key(kit.settings.pixabay_api_key, kit.stock.pixabay),
            "videos and photos of Pixabay",
            needs=("PIXABAY_API_KEY",),
        ),
        "openai_images": Offer(
            lambda kit: by_key(kit.settings.openai_api_key, kit.stock.images),
            "stills made by a model behind any OpenAI-compatible endpoint",
            needs=("OPENAI_IMAGE_MODEL",),
            needs_one_of=("OPENAI_API_KEY", "OPENAI_BASE_URL"),
            goods=Goods(("images",), "OPENAI_IMAGE_MODEL", provider="openai"),
        ),
    },
)

MUSIC: Port[MusicLibrary] = Port(
    name="music",
    setting="MUSIC",
    protocol=MusicLibrary,
    offers={
        "folder": Offer(
            lambda kit: (
                MusicShelf([])
                if kit.settings.music_dir is None
                else FolderMusic(kit.settings.music_dir, kit.quarantine)
            ),
            "tracks of MUSIC_DIR, a folder for each mood",
        ),
        "bundled": Offer(lambda _: BundledMusic(), "tracks that come with the program"),
    },
)

PORTS: tuple[Port[Any], ...] = (WRITER, NARRATOR, VISUALS, MUSIC)
