"""Articles that the caller sends are condensed."""

import pytest

from adapters.sentencex import SentencexSegmenter
from adapters.sumy import SumyWriter
from adapters.sumy.ranking import centrality
from domain.errors import InvalidRequest
from domain.generation.brief import Brief
from domain.generation.hooks import defines
from domain.generation.script import Script, spoken_seconds

ARTICLE = """# Harbour bridge to close

The harbour bridge is a steel bridge in the old town. The city council voted on Tuesday to close
the bridge, which has carried trams since 1911. Engineers had found cracks in four of its nine
piers. "We could not sleep at night," said Maria Lund, who leads the bridge department. Repairs
would cost 48 million euros and take three years.

Shop owners on the north bank fear for their trade. They say that a third of their customers come
by tram. The council has promised free ferries from May. However, the ferries can carry only 120
people at a time. Many of the shops were opened by families who moved there when the bridge was
built.

A new bridge is planned for 2031. It will be wider, and it will carry bicycles as well as trams.
The state has offered to cover half of the cost, but the city's own share would be the largest
loan in its history. Council members will decide in autumn whether the bridge can be paid for.
"""
PACE = 165.0


async def write(text: str = ARTICLE, seed: int = 1, **more: object) -> Script:
    writer = SumyWriter(SentencexSegmenter())
    return await writer.write(Brief(source_text=text, **more), seed, PACE)  # type: ignore[arg-type]


@pytest.mark.parametrize("seconds", [20, 30])
async def test_the_length_asked_for_is_met_within_ten_percent(seconds: int) -> None:
    script = await write(duration=seconds)
    assert seconds * 0.9 <= spoken_seconds(script.text, PACE) <= seconds * 1.1


async def test_the_body_keeps_the_order_of_the_article() -> None:
    script = await write(duration=40)
    body = [s.text for scene in script.scenes[1:-1] for s in scene.sentences]
    flat = " ".join(ARTICLE.split())
    places = [flat.find(" ".join(text.split()[1:4])) for text in body]
    known = [place for place in places if place >= 0]
    assert len(known) >= 3
    assert known == sorted(known)


async def test_it_never_opens_with_a_definition_or_a_pronoun() -> None:
    for seed in range(8):
        opening = (await write(seed=seed)).scenes[0].text
        assert not defines(opening)
        assert not opening.startswith(("It ", "They ", "This ", "However", "But "))


async def test_headings_and_markup_are_not_spoken() -> None:
    assert "#" not in (await write()).text
    assert "Harbour bridge to close" not in (await write()).text


async def test_quoted_words_stay_as_they_were_said() -> None:
    script = await write()
    assert "We could not sleep at night" in script.text


async def test_an_extract_is_close_to_its_source_and_says_so() -> None:
    script = await write()
    assert script.verbatim_share > 0.3
    assert script.draft
    assert "close_to_source" in {warning.code for warning in script.warnings}


async def test_the_source_is_the_callers_text_without_a_licence() -> None:
    script = await write(title="Bridge")
    assert [(s.title, s.license, s.url) for s in script.sources] == [("Bridge", "", "")]
    assert (await write()).sources[0].title


async def test_a_short_text_is_told_in_full_and_the_shortness_is_said() -> None:
    script = await write("The old bridge will be closed in May. It was built in 1911.", duration=60)
    assert {"shorter_than_asked", "source_text_short"} <= {w.code for w in script.warnings}
    assert "1911" in script.text


async def test_a_text_without_a_sentence_is_refused() -> None:
    with pytest.raises(InvalidRequest) as caught:
        await write("Home\n\nAbout\n\nContact")
    assert caught.value.errors[0].pointer == "/source_text"


async def test_a_long_article_is_condensed_in_reasonable_time() -> None:
    text = "\n\n".join(f"In year {n}, {ARTICLE.splitlines()[2]}" for n in range(200))
    script = await write(text, duration=60)
    assert spoken_seconds(script.text, PACE) <= 66


def test_sentences_that_share_words_are_central() -> None:
    ranks = centrality(
        ["Trams cross the old bridge.", "The bridge carries trams daily.", "Ducks sleep."]
    )
    assert ranks[2] < min(ranks[:2])
    assert max(ranks) == 1.0
    assert centrality([]) == []
