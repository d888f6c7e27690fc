"""The chains: which providers serve each port, in the order that the settings name them."""

import asyncio
import inspect
import random
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, TypeVar

import structlog
from dishka import Provider, Scope, from_context, provide

from adapters.music import MusicShelf
from app.config import Settings, read_variables
from app.plugins import ProviderUnusable, offer_of
from app.providers import MUSIC, NARRATOR, PORTS, VISUALS, WRITER, Kit, Offer, Port
from app.setting_values import parts_of
from domain.errors import DomainError, SettingsInvalid
from domain.generation.chained import ChainedNarrator, ChainedVisuals, ChainedWriter
from domain.generation.pages import PageExtractor
from domain.generation.ports import (
    MusicLibrary,
    Narrator,
    Quarantine,
    ScriptWriter,
    SentenceSegmenter,
    VisualSource,
)
from domain.generation.relevance import Judge
from domain.generation.writing import PlainWriter
from domain.installing import how_to_install
from domain.outbound import Resolver, SourceClient, SourceRules
from domain.providers.chain import Chain, Link
from domain.providers.circuits import Switchboard

PortT = TypeVar("PortT")

log = structlog.get_logger("app.chains")


@dataclass(frozen=True)
class Chains:
    """Who serves each port in this process."""

    writers: Chain[ScriptWriter]
    narrators: Chain[Narrator]
    visuals: Chain[VisualSource]
    music: list[Link[MusicLibrary]]
    """all of them, for their tracks are one library"""

    def links(self, port: Port[Any]) -> list[Link[Any]]:
        """Every key of a port's providers, in order."""
        by_port: dict[str, list[Link[Any]]] = {
            WRITER.name: [*self.writers.links],
            NARRATOR.name: [*self.narrators.links],
            VISUALS.name: [*self.visuals.links],
            MUSIC.name: [*self.music],
        }
        return by_port[port.name]


class Providers(Provider):
    """The ports that providers serve, each behind a chain of them."""

    scope = Scope.APP
    switchboard = from_context(Switchboard)

    @provide
    def kit(
        self,
        settings: Settings,
        segmenter: SentenceSegmenter,
        quarantine: Quarantine,
        *,
        rules: SourceRules,
        resolver: Resolver,
        client: SourceClient,
        pages: PageExtractor,
        judge: Judge,
    ) -> Kit:
        return Kit(
            settings,
            read_variables(),
            segmenter,
            quarantine,
            rules,
            resolver,
            client,
            pages,
            judge,
        )

    @provide
    async def chains(self, kit: Kit, switchboard: Switchboard) -> AsyncIterator[Chains]:
        chains = make_chains(kit, switchboard)
        yield chains
        for port in PORTS:
            for link in chains.links(port):
                await _close(link)

    @provide
    def writer(self, chains: Chains, segmenter: SentenceSegmenter) -> ScriptWriter:
        return ChainedWriter(PlainWriter(segmenter), chains.writers)

    @provide
    def narrator(self, chains: Chains, settings: Settings) -> Narrator:
        return ChainedNarrator(chains.narrators, settings.default_voice)

    @provide
    def visuals(self, chains: Chains) -> VisualSource:
        return ChainedVisuals(chains.visuals)

    @provide
    def music(self, chains: Chains) -> MusicLibrary:
        return MusicShelf([link.port for link in chains.music])


def may_look_elsewhere(settings: Settings) -> bool:
    """Whether to ask what voices or music there are may take longer than a look into memory."""
    named = {*names_in(settings.narrators), *names_in(settings.music)}
    return not named <= {"piper", "folder", "bundled"}


def names_in(setting: str) -> list[str]:
    """The providers that a setting names, each once, in order."""
    return list(dict.fromkeys(parts_of(setting)))


def problems_of_chains(variables: Mapping[str, str]) -> list[str]:
    """What is wrong with the providers that variables name: all of it, each in a sentence."""
    problems = []
    for port in PORTS:
        if not (text := variables.get(port.setting, "").strip()):
            continue
        names = names_in(text)
        if not names:
            problems.append(f"{port.setting}={text!r}: names nobody")
        for name in names:
            try:
                offer, package = offer_of(port, name)
            except ProviderUnusable as error:
                problems.append(f"{port.setting}: {error}")
                continue
            lack = lacking(offer, lambda variable: _changed(variables, variable), package)
            if lack is not None:
                whose = f" of the package {package}" if package else ""
                problems.append(f"{port.setting}: {name!r}{whose} needs {lack}")
    return problems


def _changed(variables: Mapping[str, str], variable: str) -> str:
    """What a variable is set to; empty where that is its default, as in a copy of .env.example."""
    text = variables.get(variable, "").strip()
    return "" if text == getattr(Settings(), variable.lower(), "") else text


def unset(offer: Offer[Any], value_of: Callable[[str], object]) -> list[tuple[str, ...]]:
    """The variables that a provider needs and nobody has set: one of each tuple has to be."""
    groups = [*((variable,) for variable in offer.needs), offer.needs_one_of]
    return [group for group in groups if group and not any(map(value_of, group))]


def lacking(offer: Offer[Any], value_of: Callable[[str], object], package: str = "") -> str | None:
    """What a provider lacks to be used, in words; None for nothing. ``package`` is the one that
    it's from, where that isn't this program."""
    if groups := unset(offer, value_of):
        return ", and ".join(" or ".join(group) for group in groups)
    if offer.library and find_spec(offer.library) is None:
        if package:
            return f"its extra `{offer.extra}`"
        return f"the extra `{offer.extra}`: {how_to_install(offer.extra)}"
    return None


def make_chains(kit: Kit, switchboard: Switchboard) -> Chains:
    """Make every provider that the settings name.

    Raises:
        SettingsInvalid: some can't be made; names them all, and their packages.
    """
    problems: list[str] = []

    def links(port: Port[PortT]) -> list[Link[PortT]]:
        found = []
        for name in names_in(getattr(kit.settings, port.setting.lower())):
            try:
                found += _made(port, name, kit)
            except ProviderUnusable as error:
                problems.append(f"{port.setting}: {error}")
        return found

    def chain(port: Port[PortT]) -> Chain[PortT]:
        return Chain(
            links(port),
            switchboard.of(port.name),
            sleep=asyncio.sleep,
            random=random.random,
            call_seconds=kit.settings.provider_seconds,
        )

    chains = Chains(chain(WRITER), chain(NARRATOR), chain(VISUALS), links(MUSIC))
    if problems:
        raise SettingsInvalid(problems)
    return chains


def _made(port: Port[PortT], name: str, kit: Kit) -> list[Link[PortT]]:
    offer, package = offer_of(port, name)
    whose = f"{name!r}{f' of the package {package}' if package else ''}"
    try:
        made = offer.make(kit)
    except DomainError as error:
        raise ProviderUnusable(f"{whose} can't be made: {error.message}") from error
    except Exception as error:  # whatever a package does
        if not package:
            raise
        raise ProviderUnusable(f"{whose} can't be made: {type(error).__name__}: {error}") from error
    by_label = made if isinstance(made, Mapping) else {"": made}
    members = (member for member in vars(port.protocol) if not member.startswith("_"))
    wanted = [member for member in members if member not in port.only_of_chains]
    for made_port in by_label.values():
        missing = [member for member in wanted if not hasattr(made_port, member)]
        if missing:
            raise ProviderUnusable(
                f"{whose} gave a {type(made_port).__name__}, which is no {port.protocol.__name__}: "
                f"it lacks {', '.join(missing)}"
            )
    return [Link(name, made_port, label) for label, made_port in by_label.items()]


async def _close(link: Link[Any]) -> None:
    """End a provider's connections, where it has any: its ``close`` or ``aclose``."""
    close = getattr(link.port, "aclose", None) or getattr(link.port, "close", None)
    if close is None:
        return
    try:
        closing = close()
        if inspect.isawaitable(closing):
            await closing
    except Exception as error:  # the others are closed all the same
        log.warning("a provider can't be closed", provider=link.provider, exc_info=error)
