"""The table of prices that comes along, and the operator's own over it."""

from importlib.resources import files
from pathlib import Path

from domain.providers.prices import PriceTable, read_prices


def load_prices(own: Path | None) -> PriceTable:
    """Every price, those in the file ``own`` first.

    Raises:
        PricesInvalid: a line can't be read.
        OSError, UnicodeDecodeError: the file can't be.
    """
    shipped = read_prices((files("app") / "prices.tsv").read_text("utf-8"))
    return shipped if own is None else read_prices(own.read_text("utf-8")).over(shipped)
