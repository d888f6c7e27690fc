"""PRICES_FILE: what nobody would ever look up is refused; what nobody has a price for is told."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from installed_packages import put_package
from structlog.testing import capture_logs

from app.config import Settings, load_settings
from app.container import make_container
from app.doctor import examine
from app.price_checks import prices_feature, unpriced, warn_of_prices
from app.prices import load_prices
from app.providers import Kit
from domain.errors import SettingsInvalid
from domain.providers.prices import PriceTable

BY_A_MODEL = {"WRITERS": "openai", "OPENAI_MODEL": "llama3", "OPENAI_BASE_URL": "http://[::1]/v1"}

PriceList = Callable[..., str]


@pytest.fixture
def prices(tmp_path: Path) -> PriceList:
    """Writes a file of lines between whose cells are commas; its name."""

    def write(*lines: str) -> str:
        file = tmp_path / "prices.tsv"
        file.write_text("".join(line.replace(",", "\t") + "\n" for line in lines))
        return str(file)

    return write


def refused(file: str, **variables: str) -> list[str]:
    """What is said of each line, by its number."""
    with pytest.raises(SettingsInvalid) as raised:
        load_settings({"PRICES_FILE": file, **variables}, None)
    start = f"PRICES_FILE={file}: line "
    assert all(problem.startswith(start) for problem in raised.value.problems)
    return [problem.removeprefix(start) for problem in raised.value.problems]


def test_names_that_nobody_has_are_refused_with_their_lines_and_those_that_are_known(
    prices: PriceList,
) -> None:
    file = prices(
        "# my own",
        "openay,*,images,0.04,1",
        "openai,gpt-4o*,input_token,1,1000000",
        "openai_images,gpt-image-1,images,0.04,1",
        "piper,*,characters,0,1",
        "elevenlabs,*,characters,0.18,1000",
    )
    units = "characters, images, input_tokens, output_tokens"
    assert refused(file) == [
        "2: no provider called 'openay' is paid; known: elevenlabs, openai",
        f"3: openai isn't paid by 'input_token'; known: {units}",
        "4: what 'openai_images' is paid for stands under 'openai'",
        "5: no provider called 'piper' is paid; known: elevenlabs, openai",
    ]


def test_a_model_that_is_misspelt_is_refused_as_long_as_no_line_is_for_the_one_in_use(
    prices: PriceList,
) -> None:
    wrong = "openai,lama3*,input_tokens,0,1"
    [told] = refused(prices(wrong), **BY_A_MODEL)
    assert "1: neither a setting nor the table that comes along has openai's 'lama3*'" in told
    assert "by input_tokens; in use: llama3; known: gpt-5-nano*, gpt-5-mini*" in told

    for right in (
        [wrong, "openai,llama?,input_tokens,0,1"],
        ["openai,gpt-4o,input_tokens,9,1000000"],
        ["openai,gpt-5-mini-2025-08-07,input_tokens,9,1000000"],
        ["elevenlabs,eleven_v9,characters,0.2,1000"],
    ):
        load_settings({"PRICES_FILE": prices(*right), **BY_A_MODEL}, None)
    load_settings({"PRICES_FILE": prices(wrong)}, None)  # nobody is in use


def test_a_line_below_another_that_takes_all_of_it_is_refused(prices: PriceList) -> None:
    file = prices(
        "elevenlabs,eleven_*,characters,0.18,1000",
        "elevenlabs,eleven_*,characters,0.28,1000",
        "elevenlabs,eleven_flash*,characters,0.08,1000",
        "elevenlabs,*,characters,0.38,1000",
    )
    [told] = refused(file)
    assert told.startswith("2: it never counts: whatever 'eleven_*' fits, line 1 takes; line 3: ")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match=r"PRICES_FILE=.*it can't be read"):
        load_settings({"PRICES_FILE": str(tmp_path / "none.tsv")}, None)


def test_providers_of_packages_have_prices_by_the_units_that_they_say(
    prices: PriceList, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = (
        "from app.providers import Goods, Offer\n"
        "offer = Offer(print, goods=Goods(('verses',), 'FABLE_MODEL'))\n"
    )
    put_package(tmp_path, "fabled", code, {"faceless.writer": {"fable": "fabled:offer"}})
    monkeypatch.syspath_prepend(str(tmp_path))
    file = prices("fable,aesop,verses,0.01,1", "fable,aesop,lines,0.01,1")

    load_settings({"PRICES_FILE": file}, None)  # nobody knows what it's paid for: it isn't loaded

    in_use = {"WRITERS": "fable", "FABLE_MODEL": "aesop"}
    assert refused(file, **in_use) == ["2: fable isn't paid by 'lines'; known: verses"]
    assert "known: elevenlabs, fable, openai" in refused(prices("fables,a,verses,1,1"))[0]
    assert unpriced(Settings(writers="fable"), in_use, load_prices(None)) == [
        "fable's aesop by verses (it isn't bought)"
    ]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([], "openai's llama3 by input_tokens and output_tokens (counted as openai's dearest)"),
        (
            ["openai,llama*,input_tokens,0,1"],
            "openai's llama3 by output_tokens (they count nothing, as it is listed by others)",
        ),
        (["openai,llama*,input_tokens,0,1", "openai,llama*,output_tokens,0,1"], None),
    ],
    ids=["none", "half", "all"],
)
def test_a_model_in_use_without_a_price_is_told(
    prices: PriceList, lines: list[str], told: str | None
) -> None:
    settings = load_settings({"PRICES_FILE": prices(*lines), **BY_A_MODEL}, None)

    assert unpriced(settings, {}, load_prices(settings.prices_file)) == (
        [] if told is None else [told]
    )


async def test_it_is_told_at_the_start_by_the_doctor_and_among_what_the_server_can_do(
    tmp_path: Path,
) -> None:
    settings = msgspec.structs.replace(load_settings(BY_A_MODEL, None), data_dir=tmp_path / "var")
    container = make_container(settings)
    try:
        feature = prices_feature(await container.get(Kit), await container.get(PriceTable))
    finally:
        await container.close()
    assert not feature.available
    assert (feature.setting, "llama3" in (feature.missing or "")) == ("PRICES_FILE", True)

    with capture_logs() as lines:
        warn_of_prices(settings, {})
    assert [line["event"] for line in lines] == ["some prices aren't known"]

    [found] = [one for one in await examine(settings) if one.name == "prices"]
    assert found.ok, "nothing is broken"
    assert "llama3" in found.message
    assert "PRICES_FILE" in found.hint
