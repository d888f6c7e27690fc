"""Providers of other packages, which register at the entry-point group of their port:
``faceless.writer``, ``faceless.narrator``, ``faceless.visuals``, ``faceless.music``.

An entry point is a function that is given a ``Kit`` and answers the port, or an ``Offer`` that has
one. None is loaded before a setting names it.
"""

from importlib.metadata import EntryPoint, entry_points
from typing import TypeVar

from app.providers import Offer, Port

PortT = TypeVar("PortT")


class ProviderUnusable(Exception):
    """A provider that a setting names can't be had; the message says why."""


def installed(port: Port[PortT]) -> dict[str, list[EntryPoint]]:
    """What other packages offer, by name; the program's own providers keep their names."""
    found: dict[str, list[EntryPoint]] = {}
    for point in entry_points(group=f"faceless.{port.name}"):
        if point.name not in port.offers:
            found.setdefault(point.name, []).append(point)
    return found


def known_names(port: Port[PortT]) -> list[str]:
    """Everybody who could be named, the program's own first."""
    return [*port.offers, *sorted(installed(port))]


def offer_of(port: Port[PortT], name: str) -> tuple[Offer[PortT], str]:
    """What a name stands for, and the package that it's from; empty for the program itself.

    Raises:
        ProviderUnusable: nobody has this name, several packages have it, or its package is broken.
    """
    if name in port.offers:
        return port.offers[name], ""
    points = installed(port).get(name, [])
    if not points:
        raise ProviderUnusable(f"there is no {name!r}; known: {', '.join(known_names(port))}")
    packages = sorted({package_of(point) for point in points})
    if len(packages) > 1:
        raise ProviderUnusable(
            f"{name!r} is offered by several packages, {' and '.join(packages)}; uninstall all of "
            "them but one"
        )
    [package] = packages
    try:
        loaded = points[0].load()
    except Exception as error:  # whatever a package does when it's imported
        raise ProviderUnusable(
            f"{name!r} is of the package {package}, which can't be loaded: "
            f"{type(error).__name__}: {error}"
        ) from error
    if isinstance(loaded, Offer):
        return loaded, package
    if callable(loaded):
        return Offer(loaded), package
    raise ProviderUnusable(
        f"{name!r} is of the package {package}, whose entry point {points[0].value!r} is neither "
        "a function nor an Offer"
    )


def package_of(point: EntryPoint) -> str:
    """The distribution that an entry point is from, with its version."""
    return "unknown" if point.dist is None else f"{point.dist.name} {point.dist.version}"
