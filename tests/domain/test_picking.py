"""Pictures of a video: asked of the sources in order, judged alike, shared out."""

import pytest
from storyboard_scripts import narrate, no_pictogram
from visual_shelves import Shelf, Shelves, Shown
from word_embedder import WordEmbedder

from domain.errors import MediaNotFound, ProvidersExhausted
from domain.generation.brief import Brief, SceneInput
from domain.generation.narration import SceneNarration
from domain.generation.palettes import palette_for
from domain.generation.picking import Picker, Pictures, request_digest
from domain.generation.planning import plan_storyboard
from domain.generation.ports import VisualSource
from domain.generation.relevance import Judge
from domain.generation.script import Scene, Script, Sentence
from domain.generation.stores import ClipKey, RecentClips
from domain.generation.storyboard import StillBackdrop
from domain.providers.failures import ProviderFailed, Verdict

BRIEF = Brief(scenes=[SceneInput(text="...")], seed=7)


def narrated(*scenes: Scene) -> tuple[Script, list[SceneNarration]]:
    script = Script(title="Things", language="en", scenes=list(scenes))
    return script, [narrate(scene.text) for scene in scenes]


def say(text: str, media: str | None = None) -> Scene:
    return Scene(sentences=[Sentence(text)], search_terms=[], media=media)


async def pick(
    visuals: VisualSource, *scenes: Scene, shown: Shown | None = None, rest: int = 10
) -> Pictures:
    script, narrations = narrated(*scenes)
    picker = Picker(visuals, Judge(WordEmbedder()), shown or Shown(), rest)
    return await picker.pick("local", BRIEF, script, narrations)


def names(pictures: Pictures, scene: int = 0) -> set[str]:
    return {candidate.id for candidate in pictures.chosen[scene]}


async def test_below_the_floor_the_next_source_is_asked() -> None:
    own, stock = Shelf("steam train"), Shelf("octopus on a reef")

    pictures = await pick(Shelves(own=own, stock=stock), say("Octopuses hide in the sea."))

    assert names(pictures) == {"octopus on a reef"}
    choice = pictures.choices[0][0]
    assert (choice.source, choice.judged_by) == ("stock", "model")
    assert choice.runner_up is not None
    assert (choice.runner_up.source, choice.runner_up.id) == ("own", "steam train")
    assert choice.score > choice.runner_up.score


async def test_no_further_source_is_asked_while_the_first_has_enough() -> None:
    own = Shelf(*(f"octopus {number}" for number in range(30)))
    stock = Shelf("octopus")

    await pick(Shelves(own=own, stock=stock), say("Octopuses hide."))

    assert not stock.asked


async def test_a_drawn_scene_wins_over_an_irrelevant_clip_and_tells_which() -> None:
    pictures = await pick(Shelf("steam train", "coins"), say("The octopus hides."))

    assert pictures.chosen[0] == []
    assert pictures.passed_over[0].id in {"steam train", "coins"}
    assert not pictures.choices


async def test_what_the_caller_names_wins_whatever_it_shows() -> None:
    own, stock = Shelf("steam train"), Shelf("octopus")

    pictures = await pick(
        Shelves(own=own, stock=stock), say("The octopus hides.", media="steam train")
    )

    assert names(pictures) == {"steam train"}
    assert pictures.choices[0][0].judged_by == "name"


async def test_a_name_may_be_any_sources() -> None:
    pictures = await pick(
        Shelves(stock=Shelf("octopus"), own=Shelf("train")), say("It hides.", media="train")
    )
    assert names(pictures) == {"train"}

    with pytest.raises(MediaNotFound, match="whale"):
        await pick(Shelves(own=Shelf("train")), say("It hides.", media="whale"))


async def test_what_the_channel_showed_lately_stands_back() -> None:
    shelf = Shelf("octopus", "octopus and train")
    scene = say("Octopus!")

    fresh = await pick(shelf, scene)
    tired = await pick(shelf, scene, shown=Shown(channel=("octopus",)))
    elsewhere = await pick(shelf, scene, shown=Shown(account=("octopus",)))
    forgotten = await pick(shelf, scene, shown=Shown(channel=("octopus",)), rest=0)

    first = [pictures.chosen[0][0].id for pictures in (fresh, tired, elsewhere, forgotten)]
    assert first == ["octopus", "octopus and train", "octopus", "octopus"]
    assert tired.passed_over == {}


async def test_a_clip_that_rests_is_shown_where_nothing_else_fits() -> None:
    pictures = await pick(
        Shelf("octopus", "coins"), say("Octopus!"), shown=Shown(channel=("octopus",))
    )

    assert names(pictures) == {"octopus"}
    assert pictures.choices[0][0].parts["freshness"] < 1


async def test_another_source_is_asked_where_all_that_fits_has_to_rest() -> None:
    sources = Shelves(own=Shelf("octopus"), stock=Shelf("tentacle"))
    shown = Shown()
    shown.recent_clips = RecentClips(frozenset({ClipKey("own", "octopus")}))

    pictures = await pick(sources, say("Octopus!"), shown=shown)

    assert pictures.chosen[0][0].id == "tentacle"


async def test_no_clip_comes_twice_in_a_video_while_others_remain() -> None:
    scenes = [say("Octopus one."), say("Octopus two."), say("Octopus three.")]

    pictures = await pick(Shelf(*(f"octopus {number}" for number in range(40))), *scenes)

    shown = [candidate.id for taken in pictures.chosen.values() for candidate in taken]
    assert len(shown) == len(set(shown)) >= len(scenes)
    assert [clip.id for clip in pictures.clips] == sorted(shown)


async def test_a_source_that_cannot_be_asked_is_passed_over_and_said_once() -> None:
    down = Shelf(fails=ProvidersExhausted("It answers 503.", attempts=[], retry_after_seconds=9))
    sources = Shelves(stock=down, own=Shelf("octopus"))

    pictures = await pick(sources, say("Octopus!"), say("Octopus again!"))

    assert names(pictures) == names(pictures, 1) == {"octopus"}
    assert len(down.asked) == 1
    [warning] = pictures.warnings
    assert (warning.code, "stock" in warning.message) == ("visuals_unavailable", True)
    assert "503" in warning.message


async def test_a_source_that_refuses_one_scene_is_asked_for_the_next() -> None:
    refusing = Shelf(fails=ProviderFailed("It won't draw that.", Verdict.NEXT))

    await pick(Shelves(images=refusing), say("Octopus!"), say("Octopus again!"))

    assert len(refusing.asked) == 2


async def test_a_request_carries_the_sentence_and_searches() -> None:
    shelf = Shelf()
    script, narrations = narrated(
        Scene(sentences=[Sentence("It hides.")], search_terms=["octopus", "reef"])
    )
    await Picker(shelf, Judge(), Shown(), 0).pick("local", BRIEF, script, narrations)

    [request] = shelf.asked
    assert (request.sentence, request.queries[0]) == ("It hides.", "octopus reef")


async def test_every_shot_says_why_it_shows_what_it_shows() -> None:
    script, narrations = narrated(say("The octopus hides in the sea."), say("Prime numbers."))
    picker = Picker(Shelf("octopus", "train"), Judge(WordEmbedder()), Shown(), 10)
    pictures = await picker.pick("local", BRIEF, script, narrations)

    board = plan_storyboard(
        script,
        narrations,
        BRIEF,
        palette_for(BRIEF.brand, 7),
        pictogram_for=no_pictogram,
        media={0: [StillBackdrop(media="0" * 64, name="octopus", variant=1)]},
        choices=pictures.choices,
        passed_over=pictures.passed_over,
    )

    filmed, drawn = board.scenes
    for shot in filmed.shots:
        assert shot.choice is not None
        assert shot.choice.id == "octopus"
        assert shot.choice.score > 0
        assert {"relevance", "framing", "freshness"} <= set(shot.choice.parts)
    assert all(shot.choice is None for shot in drawn.shots)
    assert drawn.passed_over is not None
    assert filmed.passed_over is None


def test_requests_are_alike_when_nothing_seen_differs() -> None:
    asked = Brief(topic="Octopus", seed=7)

    assert request_digest(asked) == request_digest(
        Brief(topic="Octopus", seed=7, metadata={"a": 1}, webhook_url="https://example.org/x")
    )
    assert request_digest(asked) != request_digest(Brief(topic="Octopus", seed=8))
    assert request_digest(asked) != request_digest(Brief(topic="Octopus", seed=7, channel="sea"))
