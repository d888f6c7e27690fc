"""Prices held against who is paid here: names in PRICES_FILE that nobody has, and models in use
that the table doesn't know.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import msgspec
import structlog

from app.capabilities import Feature
from app.chains import names_in
from app.config import Settings
from app.plugins import ProviderUnusable, installed, offer_of
from app.prices import load_prices
from app.providers import PORTS, Kit
from domain.providers.prices import Price, PricesInvalid, PriceTable, read_prices

log = structlog.get_logger("app.price_checks")

ADVICE = "Put a line for each into the file that PRICES_FILE names (0 for what is free), restart."


class Sale(msgspec.Struct, frozen=True):
    """What a provider that is named in a setting is paid for."""

    provider: str
    """as purchases and the table of prices call it"""
    model: str
    """empty: it isn't said"""
    units: tuple[str, ...]


def problems_of_prices(path: Path, variables: Mapping[str, str]) -> list[str]:
    """What is wrong with PRICES_FILE, a sentence for each line."""
    try:
        own = read_prices(path.expanduser().read_text("utf-8"))
    except PricesInvalid as error:
        return [f"PRICES_FILE={path}: {error.message}"]
    except (OSError, RuntimeError, ValueError) as error:
        return [f"PRICES_FILE={path}: it can't be read: {error}"]
    sales = list(_sales(lambda name: _given(variables, name)))
    wrong = [*_unknown_names(own.prices, sales), *_unknown_models(own.prices, sales)]
    return [
        f"PRICES_FILE={path}: line {price.line}: {told}"
        for price, told in sorted(wrong, key=lambda found: found[0].line)
    ]


def unpriced(settings: Settings, variables: Mapping[str, str], table: PriceTable) -> list[str]:
    """Models in use that the table of prices doesn't know, each with what that means."""
    told = []
    for sale in _sales(lambda name: _set(settings, variables, name)):
        missing = table.unlisted(sale.provider, sale.model, sale.units)
        if missing and sale.model:
            what = f"{sale.provider}'s {sale.model} by {' and '.join(missing)}"
            told.append(f"{what} ({_effect(table, sale, missing)})")
    return told


def warn_of_prices(settings: Settings, variables: Mapping[str, str]) -> None:
    """Say in the log what no price is known of."""
    if missing := unpriced(settings, variables, load_prices(settings.prices_file)):
        log.warning(
            "some prices aren't known", missing="; ".join(missing), setting="PRICES_FILE",
            hint=ADVICE,
        )  # fmt: skip


def prices_feature(kit: Kit, table: PriceTable) -> Feature:
    """Whether everything that is paid for here has a price of its own in the table in use."""
    missing = unpriced(kit.settings, kit.variables, table)
    return Feature(
        name="costs.prices",
        available=not missing,
        detail="every model in use is in the table of prices, so that caps count what it costs"
        if not missing
        else "caps count with prices that aren't all known",
        missing=f"prices: {'; '.join(missing)}" if missing else None,
        setting="PRICES_FILE",
        hint=ADVICE if missing else None,
    )


def _sales(value_of: Callable[[str], str]) -> Iterator[Sale]:
    """What is paid for, of everybody whom the settings name."""
    for port in PORTS:
        for name in names_in(value_of(port.setting)):
            try:
                offer, _ = offer_of(port, name)
            except ProviderUnusable:  # told where the chains are checked
                continue
            if (goods := offer.goods) is not None:
                model = value_of(goods.model) if goods.model else ""
                yield Sale(goods.provider or name, model, goods.units)


def _unknown_names(prices: Iterable[Price], sales: list[Sale]) -> Iterator[tuple[Price, str]]:
    units: dict[str, set[str]] = {}
    paid_as: dict[str, str] = {}
    for port in PORTS:
        for name, offer in port.offers.items():
            if offer.goods is not None:
                paid_as[name] = offer.goods.provider or name
                units.setdefault(paid_as[name], set()).update(offer.goods.units)
    for sale in sales:  # packages among them
        units.setdefault(sale.provider, set()).update(sale.units)
    # those that no setting names aren't loaded, and what they are paid for isn't known
    packaged = {name for port in PORTS for name in installed(port)}
    for price in prices:
        if price.provider not in units:
            if price.provider in packaged:
                continue
            known = ", ".join(sorted({*units, *packaged}))
            told = f"no provider called {price.provider!r} is paid; known: {known}"
            if instead := paid_as.get(price.provider):
                told = f"what {price.provider!r} is paid for stands under {instead!r}"
            yield price, told
        elif price.unit not in units[price.provider]:
            known = ", ".join(sorted(units[price.provider]))
            yield price, f"{price.provider} isn't paid by {price.unit!r}; known: {known}"


def _unknown_models(prices: list[Price], sales: list[Sale]) -> Iterator[tuple[Price, str]]:
    """Lines for a provider in use of which none is for a model in use, as far as they aren't for
    one that the table that comes along knows, either: the slip of a pen."""
    shipped = [price for price in load_prices(None).prices if price.model != "*"]
    used: dict[tuple[str, str], set[str]] = {}
    for sale in sales:
        for unit in sale.units if sale.model else ():
            used.setdefault((sale.provider, unit), set()).add(sale.model)
    for (provider, unit), models in used.items():
        lines = [price for price in prices if (price.provider, price.unit) == (provider, unit)]
        if any(price.fits(model) for price in lines for model in models):
            continue
        known = [price for price in shipped if (price.provider, price.unit) == (provider, unit)]
        for price in lines:
            if any(_are_alike(price, other) for other in known):
                continue
            others = ", ".join(dict.fromkeys(other.model for other in known)) or "none"
            told = (
                f"neither a setting nor the table that comes along has {provider}'s "
                f"{price.model!r} by {unit}; in use: {', '.join(sorted(models))}; known: {others}. "
                "Put a # before a line for later"
            )
            yield price, told


def _are_alike(one: Price, other: Price) -> bool:
    """Whether one pattern is for what the other is for, too."""
    return one.fits(other.model.replace("*", "")) or other.fits(one.model.replace("*", ""))


def _effect(table: PriceTable, sale: Sale, missing: list[str]) -> str:
    if len(missing) < len(sale.units):
        return "they count nothing, as it is listed by others"
    listed = {(price.provider, price.unit) for price in table.prices}
    if any((sale.provider, unit) in listed for unit in missing):
        return f"counted as {sale.provider}'s dearest"
    if any(unit == known for _, known in listed for unit in missing):
        return "counted as the dearest of all"
    return "it isn't bought"


def _given(variables: Mapping[str, str], name: str) -> str:
    return variables.get(name, "").strip() or str(getattr(Settings(), name.lower(), ""))


def _set(settings: Settings, variables: Mapping[str, str], name: str) -> str:
    return str(getattr(settings, name.lower(), variables.get(name, ""))).strip()
