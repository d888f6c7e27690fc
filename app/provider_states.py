"""How the providers of every port stand, as ``/api/capabilities`` tells it.

Circuits are each process's own: what is told here is what the process that answers has come across,
its embedded worker included, and not what workers elsewhere have.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from app.capabilities import PortProviders, ProviderKey, ProviderState
from app.chains import Chains, lacking, names_in, unset
from app.plugins import installed, known_names, package_of
from app.providers import NARRATOR, PORTS, Kit, Port
from domain.errors import DomainError
from domain.installing import how_to_install
from domain.providers.circuits import CircuitState, Switchboard


def provider_states(kit: Kit, chains: Chains, switchboard: Switchboard) -> list[PortProviders]:
    """Every port with everybody who serves it, in order, and who could."""
    return [
        PortProviders(
            port=port.name,
            setting=port.setting,
            providers=[
                *_asked(port, chains, switchboard),
                *_others(port, kit, names_in(getattr(kit.settings, port.setting.lower()))),
            ],
        )
        for port in PORTS
    ]


def chains_in_words(chains: Chains) -> str:
    """Every chain in order, on one line."""
    told = []
    for port in PORTS:
        keys: dict[str, int] = {}
        for link in chains.links(port):
            keys[link.provider] = keys.get(link.provider, 0) + bool(link.key)
        names = [f"{name} ({count} keys)" if count > 1 else name for name, count in keys.items()]
        told.append(f"{port.setting} {', '.join(names)}")
    return "; ".join(told)


def key_as_it_stands(circuit: CircuitState, now: datetime) -> ProviderKey:
    """A key as it is at this moment: why it failed is told with when, and outlasts its rest."""

    def moment(seconds_ago: float | None) -> datetime | None:
        if seconds_ago is None:
            return None
        exact = now - timedelta(seconds=seconds_ago)
        return (exact + timedelta(milliseconds=500)).replace(microsecond=0)

    has_failed = circuit.failed_seconds_ago is not None
    return ProviderKey(
        label=circuit.key,
        state="resting" if circuit.is_open else "to_be_tried" if has_failed else "ready",
        answered_at=moment(circuit.answered_seconds_ago),
        resting_until=moment(-circuit.seconds_left) if circuit.is_open else None,
        failed_at=moment(circuit.failed_seconds_ago),
        is_open=circuit.is_open,
        seconds_left=round(circuit.seconds_left, 1),
        failures=circuit.failures,
        reason=circuit.reason or None,
    )


def _asked(port: Port[Any], chains: Chains, switchboard: Switchboard) -> list[ProviderState]:
    circuits, now = switchboard.of(port.name), datetime.now(UTC)
    keys: dict[str, list[ProviderKey]] = {}
    for link in chains.links(port):
        state = circuits.state(link.provider, link.key)
        keys.setdefault(link.provider, []).append(key_as_it_stands(state, now))
    packages = _packages(port)
    voiceless = voiceless_narrators(chains) if port.name == NARRATOR.name else {}
    return [
        ProviderState(
            name=name,
            place=place,
            detail=_detail(port, name),
            package=packages.get(name),
            keys=of_it,
            missing="a voice" if name in voiceless else None,
            setting=port.setting,
            hint=voiceless.get(name),
        )
        for place, (name, of_it) in enumerate(keys.items(), start=1)
    ]


def voiceless_narrators(chains: Chains) -> dict[str, str]:
    """Narrators that are named and have no voice, so that they never take another's place; with
    what is to be done."""
    found = {}
    for name, narrator in chains.narrators.providers.items():
        try:
            if narrator.voices():
                continue
        except DomainError as error:
            found[name] = f"Its voices can't be listed: {error.message}"
            continue
        extra = NARRATOR.offers[name].extra if name in NARRATOR.offers else ""
        found[name] = (
            f"Install the extra `{extra}`: {how_to_install(extra)}, then restart."
            if extra
            else f"Give it a voice, or take it out of {NARRATOR.setting}."
        )
    return found


def _others(port: Port[Any], kit: Kit, named: list[str]) -> list[ProviderState]:
    packages = _packages(port)
    found = []
    for name in known_names(port):
        if name in named:
            continue
        offer = port.offers.get(name)  # those of other packages aren't loaded to be looked at
        lack = None if offer is None else lacking(offer, kit.value_of)
        groups = [] if offer is None else unset(offer, kit.value_of)
        setting = groups[0][0] if groups else port.setting
        order = f"name it in {port.setting}, such as {port.setting}={','.join([name, *named])}"
        found.append(
            ProviderState(
                name=name,
                detail=_detail(port, name),
                package=packages.get(name),
                missing=lack or f"that {port.setting} names it",
                setting=setting,
                hint=_hint(lack, order),
            )
        )
    return found


def _hint(lack: str | None, order: str) -> str:
    return (
        f"It needs {lack}; then {order}, and restart."
        if lack
        else f"To have it, {order}, and restart."
    )


def _packages(port: Port[Any]) -> Mapping[str, str]:
    return {name: package_of(points[0]) for name, points in installed(port).items()}


def _detail(port: Port[Any], name: str) -> str:
    offer = port.offers.get(name)
    return "of another package" if offer is None else offer.about
