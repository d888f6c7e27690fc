"""What things cost: a table that whoever runs the server can edit, and how a call is priced by it.

Amounts are whole micro-dollars, rounded up once a call. What the table doesn't know is never
taken for free: it counts as the dearest that it knows of the same unit (``DEAREST_KNOWN``).
"""

import math
import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from fractions import Fraction

import msgspec

from domain.errors import DomainError

MICROS = 1_000_000
"""of one US dollar"""

COLUMNS = ("provider", "model", "unit", "usd", "per")
DATE_MARK = "# as of "
MOST_USD = 10_000
"""that anything may cost in the table: more is a slip of the decimal point"""


class Basis(StrEnum):
    """How a price was come by."""

    LISTED = "listed"
    """the table has the model"""
    DEAREST_OF_PROVIDER = "dearest_of_provider"
    """it hasn't: the unit counts as in the provider's dearest model"""
    DEAREST_KNOWN = "dearest_known"
    """nor has it the unit for this provider: as anywhere at its dearest"""


class PriceUnknown(DomainError):
    """Nobody can say what this call would cost."""

    code = "price_unknown"
    hint = "Add a line for it to the file that PRICES_FILE names; 0 for what is free."


class PricesInvalid(DomainError):
    """A table of prices can't be read."""

    code = "prices_invalid"


class Price(msgspec.Struct, frozen=True):
    """One line: so much for so many units."""

    provider: str
    model: str
    """a pattern: ``*`` stands for any characters, ``?`` for one; the first line that fits counts"""
    unit: str
    micros: Fraction
    """for one unit"""
    line: int = 0
    """of its file"""

    def fits(self, model: str) -> bool:
        """Whether it's the price of a model."""
        return _fits(model, self.model)

    def leaves_nothing_to(self, later: "Price") -> bool:
        """Whether whatever fits ``later``, which stands below, is taken by this one."""
        same = (self.provider, self.unit) == (later.provider, later.unit)
        # a ? of this one stands for one character, which a * isn't
        return same and _fits(later.model, self.model, one="[^*]")


class Priced(msgspec.Struct, frozen=True):
    """What a call costs."""

    micros: int
    basis: Basis


class PriceTable:
    """Prices in the order in which they are looked up."""

    def __init__(self, prices: Iterable[Price], as_of: date | None = None) -> None:
        self.prices = list(prices)
        self.as_of = as_of
        """the day that the table that comes along was written on"""

    @property
    def providers(self) -> list[str]:
        """Everybody who has a line."""
        return sorted({price.provider for price in self.prices})

    def over(self, other: "PriceTable") -> "PriceTable":
        """This table, and where it has nothing, the other."""
        return PriceTable([*self.prices, *other.prices], other.as_of)

    def price(self, provider: str, model: str, units: Mapping[str, float]) -> Priced:
        """The cost of ``units`` of a model.

        A model that the table knows is billed by the units that the table has for it, by no
        others; one that it doesn't know, by every unit at its dearest.

        Raises:
            PriceUnknown: the table knows none of the units, or an amount is no number.
        """
        for unit, amount in units.items():
            if not math.isfinite(amount) or amount < 0:
                raise PriceUnknown(f"{provider} says {amount} {unit}: that is no amount.")
        listed = {unit: self._listed(provider, model, unit) for unit in units}
        found = {unit: price for unit, price in listed.items() if price is not None}
        if found or not units:
            return Priced(_total(units, found), Basis.LISTED)
        basis = Basis.DEAREST_OF_PROVIDER
        dearest = self._dearest(units, provider)
        if not dearest:
            basis, dearest = Basis.DEAREST_KNOWN, self._dearest(units, None)
        if not dearest:
            raise PriceUnknown(
                f"No price is known of {provider}'s {model} by {' or '.join(sorted(units))}."
            )
        return Priced(_total(units, dearest), basis)

    def unlisted(self, provider: str, model: str, units: Iterable[str]) -> list[str]:
        """The units for which the table has no line that fits a model."""
        return [unit for unit in units if self._listed(provider, model, unit) is None]

    def _listed(self, provider: str, model: str, unit: str) -> Fraction | None:
        for price in self.prices:
            if (price.provider, price.unit) == (provider, unit) and price.fits(model):
                return price.micros
        return None

    def _dearest(self, units: Iterable[str], provider: str | None) -> dict[str, Fraction]:
        known: dict[str, Fraction] = {}
        for price in self.prices:
            if price.unit in units and provider in (None, price.provider):
                known[price.unit] = max(price.micros, known.get(price.unit, Fraction(0)))
        return known


def read_prices(text: str) -> PriceTable:
    """A table of tab-separated lines: provider, model pattern, unit, US dollars, per so many.

    Empty lines and those that begin with # say nothing, but for ``# as of 2026-11-27``.

    Raises:
        PricesInvalid: names every wrong line at once.
    """
    prices: list[Price] = []
    problems: list[str] = []
    as_of: date | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            if line.startswith(DATE_MARK):
                as_of = date.fromisoformat(line.removeprefix(DATE_MARK).strip())
            elif line.strip() and not line.startswith("#"):
                price = _read_line(line, number)
                above = next((one for one in prices if one.leaves_nothing_to(price)), None)
                if above is not None:
                    raise ValueError(
                        f"it never counts: whatever {price.model!r} fits, line {above.line} takes"
                    )
                prices.append(price)
        except ValueError as error:
            problems.append(f"line {number}: {error}")
    if problems:
        raise PricesInvalid("; ".join(problems))
    return PriceTable(prices, as_of)


def micros_of(usd: float) -> int:
    """An amount that somebody wrote down in dollars, rounded down: a cap is never exceeded."""
    return int(Decimal(str(usd)) * MICROS)


def usd_of(micros: int) -> float:
    """An amount in dollars, for people and JSON."""
    return micros / MICROS


def dollars(micros: int) -> str:
    """An amount in words, whole: ``$2.50``, ``$0.004``."""
    whole, _, part = f"{micros / MICROS:.6f}".partition(".")
    return f"${whole}.{part.rstrip('0').ljust(2, '0')}"


def _fits(model: str, pattern: str, one: str = ".") -> bool:
    spelt = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", one)
    return re.fullmatch(spelt, model, re.DOTALL) is not None


def _read_line(line: str, number: int) -> Price:
    cells = [cell.strip() for cell in line.split("\t")]
    if len(cells) != len(COLUMNS) or not all(cells):
        raise ValueError(f"needs {', '.join(COLUMNS)}, with tabs between them")
    provider, model, unit, usd, per = cells
    try:
        dollars, units = Decimal(usd), Decimal(per)
        # comparing with a NaN raises, too
        is_wrong = not (0 <= dollars <= MOST_USD and 0 < units < Decimal("Infinity"))
    except InvalidOperation:
        is_wrong = True
    if is_wrong:
        raise ValueError(f"{usd} US dollars per {per} is no price")
    return Price(provider, model, unit, Fraction(dollars) * MICROS / Fraction(units), number)


def _total(units: Mapping[str, float], prices: Mapping[str, Fraction]) -> int:
    costs = (Fraction(units[unit]) * micros for unit, micros in prices.items())
    return math.ceil(sum(costs, Fraction(0)))
