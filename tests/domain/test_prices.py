"""What things cost, by a table that can be edited."""

import math

import pytest

from app.prices import load_prices
from domain.providers.prices import (
    Basis,
    Priced,
    PricesInvalid,
    PriceTable,
    PriceUnknown,
    dollars,
    micros_of,
    read_prices,
)

TABLE = """\
# as of 2026-11-01
# provider	model	unit	usd	per

openai	gpt-small*	input_tokens	0.15	1000000
openai	gpt-small*	output_tokens	0.60	1000000
openai	gpt-*	input_tokens	2.50	1000000
openai	gpt-*	output_tokens	10	1000000
openai	tts-?	characters	15	1000000
eleven	*	characters	0.30	1000
"""


@pytest.fixture
def table() -> PriceTable:
    return read_prices(TABLE)


def test_a_call_costs_what_its_units_cost_rounded_up(table: PriceTable) -> None:
    units = {"input_tokens": 1_000.0, "output_tokens": 1.0}

    # 150 and 0.6 micro-dollars
    assert table.price("openai", "gpt-small-2", units) == Priced(151, Basis.LISTED)
    assert table.price("openai", "tts-1", {"characters": 1.0}).micros == 15
    assert table.price("openai", "tts-1", {"characters": 0.0}).micros == 0
    assert table.price("openai", "tts-1", {}).micros == 0


def test_the_first_line_that_fits_counts(table: PriceTable) -> None:
    own = read_prices("openai\tgpt-small*\tinput_tokens\t0\t1\n").over(table)

    assert table.price("openai", "gpt-large", {"input_tokens": 1_000_000.0}).micros == 2_500_000
    assert own.price("openai", "gpt-small", {"input_tokens": 1e9}).micros == 0
    assert own.price("openai", "gpt-small", {"output_tokens": 1_000.0}).micros == 600
    assert own.as_of == table.as_of, "the day of the table that comes along"


def test_a_known_model_is_billed_by_its_own_units_only(table: PriceTable) -> None:
    priced = table.price("openai", "tts-1", {"characters": 100.0, "input_tokens": 1e6})

    assert priced == Priced(1_500, Basis.LISTED)


def test_an_unknown_model_counts_as_the_providers_dearest(table: PriceTable) -> None:
    units = {"input_tokens": 1_000.0, "output_tokens": 100.0}

    assert table.price("openai", "brand-new", units) == Priced(3_500, Basis.DEAREST_OF_PROVIDER)


def test_an_unknown_provider_counts_as_the_dearest_of_all(table: PriceTable) -> None:
    assert table.price("acme", "voice", {"characters": 10.0}) == Priced(3_000, Basis.DEAREST_KNOWN)


def test_what_nobody_can_price_is_not_taken_for_free(table: PriceTable) -> None:
    with pytest.raises(PriceUnknown, match=r"acme's painter by megapixels"):
        table.price("acme", "painter", {"megapixels": 2.0})
    for amount in (math.nan, math.inf, -1.0):
        with pytest.raises(PriceUnknown, match="no amount"):
            table.price("openai", "tts-1", {"characters": amount})


def test_a_table_tells_all_of_its_mistakes() -> None:
    wrong = (
        "# as of yesterday\n"
        "openai\tgpt\tinput_tokens\t1\n"
        "openai\tgpt\tinput_tokens\tmuch\t1\n"
        "openai\tgpt\tinput_tokens\t-1\t1\n"
        "openai\tgpt\tinput_tokens\t1\t0\n"
        "openai\tgpt\tinput_tokens\tnan\t1\n"
        "openai\tgpt\tinput_tokens\t99999\t1\n"
        "openai\t\tinput_tokens\t1\t1\n"
    )

    with pytest.raises(PricesInvalid) as told:
        read_prices(wrong)

    for line in range(1, 9):
        assert f"line {line}:" in told.value.message


def test_a_cap_is_rounded_down() -> None:
    assert micros_of(0.5) == 500_000
    assert micros_of(0.1 + 0.2) == 300_000
    assert micros_of(0.0000019) == 1


def test_the_table_that_comes_along_can_be_read() -> None:
    table = load_prices(None)

    assert table.as_of is not None
    assert table.price("openai", "gpt-4o-mini-tts", {"characters": 1e6}).micros == 20_000_000
    assert table.price("openai", "gpt-4o-mini-2024-07-18", {"input_tokens": 1e6}) == Priced(
        150_000, Basis.LISTED
    )
    assert table.price("elevenlabs", "eleven_flash_v2_5", {"characters": 1e3}).micros == 150_000


@pytest.mark.parametrize(
    ("micros", "told"),
    [
        (0, "$0.00"),
        (1, "$0.000001"),
        (4_000, "$0.004"),
        (2_920, "$0.00292"),
        (2_500_000, "$2.50"),
        (10_000_000_000, "$10000.00"),
    ],
)
def test_an_amount_is_told_whole(micros: int, told: str) -> None:
    assert dollars(micros) == told
