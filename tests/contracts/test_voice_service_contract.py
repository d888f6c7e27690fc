"""What every ``Narrator`` over a network does besides: it sorts what goes wrong."""

import asyncio
from collections.abc import Iterator

import narrator_rows
import pytest
from narrator_rows import SERVICES, Row

from adapters.num2words import Num2WordsVerbalizer
from domain.generation.ports import Narrator
from domain.providers.failures import ProviderFailed, Verdict

SAID = Num2WordsVerbalizer().verbalize("Three hearts, and nine brains.", "en", {})

VERDICTS = {
    "refused": Verdict.BLOCKED,
    "spent": Verdict.BLOCKED,
    "redirected": Verdict.BLOCKED,
    "busy": Verdict.RETRY,
    "down": Verdict.RETRY,
    "hanging": Verdict.RETRY,
    "cut": Verdict.RETRY,
    "cut at once": Verdict.RETRY,
    "garbled": Verdict.NEXT,
    "in words": Verdict.NEXT,
}
WAITS = {"busy": 7.0, "down": 3.0}


@pytest.fixture(scope="module", params=SERVICES)
def row(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Row]:
    with narrator_rows.row(request.param, tmp_path_factory.mktemp("service")) as row:
        yield row


def speak(row: Row, narrator: Narrator | None = None) -> None:
    narrator = narrator or row.narrator
    voice = narrator.voice_for("en", None)
    asyncio.run(narrator.speak(SAID, voice, 1.0, 1, row.errand))


@pytest.mark.parametrize("trouble", VERDICTS)
def test_each_failure_has_its_verdict_and_the_next_call_succeeds(row: Row, trouble: str) -> None:
    if trouble not in row.troubles:
        pytest.skip(f"{row.name} has nothing that could be {trouble}")
    row.troubles[trouble]()
    with pytest.raises(ProviderFailed) as caught:
        speak(row, row.hurried() if trouble == "hanging" else None)
    row.mend()
    failure = caught.value
    assert failure.verdict is VERDICTS[trouble], failure.message
    assert failure.retry_after_seconds == WAITS.get(trouble)
    assert not row.key or row.key not in f"{failure!r} {failure.message} {failure.hint_text}"
    speak(row)


def test_nothing_of_a_key_is_in_identity_credit_or_what_is_bought(row: Row) -> None:
    if not row.key:
        pytest.skip(f"{row.name} needs no key")
    speak(row)
    voice = row.narrator.voices()[0]
    shown = f"{voice} {row.narrator.identity(voice)} {row.narrator!r} {vars(row.errand.purse)}"
    assert row.key not in shown
    assert row.key[-8:] not in shown


def test_a_bought_sentence_names_all_that_it_depends_on(row: Row) -> None:
    if not row.key:
        pytest.skip(f"{row.name} costs nothing")
    speak(row)
    purchase = row.errand.purse.bought[-1]  # type: ignore[attr-defined]
    sold = row.errand.purse.sold[-1]  # type: ignore[attr-defined]
    assert (purchase.provider, purchase.service) == (row.name, "speech")
    assert purchase.most == sold.units == {"characters": len(SAID.spoken)}
    assert SAID.spoken in purchase.parts.values()
    assert row.narrator.voices()[0].id.partition(":")[2] in purchase.parts.values()


def test_ids_of_voices_say_whose_they_are(row: Row) -> None:
    assert all(voice.id.startswith(f"{row.name}:") for voice in row.narrator.voices())


def test_a_service_that_isnt_there_is_worth_another_try(row: Row) -> None:
    if not row.key:
        pytest.skip("its address is the library's own")
    narrator = row.make()
    narrator._url = "http://127.0.0.1:9"  # type: ignore[attr-defined]
    voice = narrator.voice_for("en", None)
    with pytest.raises(ProviderFailed, match="can't be reached") as caught:
        asyncio.run(narrator.speak(SAID, voice, 1.0, 1, row.errand))
    assert caught.value.verdict is Verdict.RETRY
    assert caught.value.is_charged is False
