"""Scripts with synthetic word timings, for the tests of storyboard, captions and packaging."""

import re
from collections.abc import Sequence
from itertools import accumulate, pairwise

from domain.generation.brief import Brief, ShotKind
from domain.generation.narration import (
    SAMPLES_PER_FRAME,
    NarratedSentence,
    SceneNarration,
    Word,
)
from domain.generation.planning import kinds_of, plan_storyboard
from domain.generation.script import Scene, Script, Sentence, Source
from domain.generation.storyboard import Palette, Storyboard

SAMPLES_PER_MS = 48
PALETTE = Palette(
    name="test",
    ground="#101020",
    ground_to="#202040",
    ink="#FFFFFF",
    muted="#CCCCCC",
    accent="#FFB703",
)


def narrate(*sentences: str, sentence_pause_ms: int = 300, scene_pause_ms: int = 450):
    """Time words by their length at about 170 words a minute, with pauses at commas."""
    at = 0
    narrated = []
    for text in sentences:
        words = []
        begin = at
        for word in text.split():
            length = max(120, 90 + 48 * len(re.sub(r"\W", "", word)))
            words.append(Word(word, at * SAMPLES_PER_MS, (at + length) * SAMPLES_PER_MS))
            at += length + (120 if word[-1] in ",;:" else 0)
        end = words[-1].end if words else begin
        narrated.append(NarratedSentence(text, begin * SAMPLES_PER_MS, end, words, "proportional"))
        at += sentence_pause_ms
    at += scene_pause_ms - sentence_pause_ms
    frames = -(-max(at, 100) * SAMPLES_PER_MS // SAMPLES_PER_FRAME)
    return SceneNarration(audio="0" * 64, frames=frames, sentences=narrated)


def script_of(title: str, *scenes: Sequence[str], **fields) -> Script:
    """A script with one scene for each sequence of sentences."""
    fields.setdefault(
        "sources",
        [
            Source(
                title=title,
                url=f"https://en.wikipedia.org/wiki/{title}",
                author="Wikipedia contributors",
                license="CC BY-SA 4.0",
                license_url="https://creativecommons.org/licenses/by-sa/4.0/",
            )
        ],
    )
    return Script(
        title=title,
        language="en",
        scenes=[Scene(sentences=[Sentence(text, 0) for text in scene]) for scene in scenes],
        **fields,
    )


def narrations_of(script: Script) -> list[SceneNarration]:
    return [narrate(*(s.text for s in scene.sentences)) for scene in script.scenes]


def no_pictogram(words: Sequence[str]) -> None:
    """A typesetter that finds no picture fitting."""


def board_of(script: Script, *, aspect_ratio="9:16", seed=7, media=None, **brief) -> Storyboard:
    """The script's storyboard, without pictograms."""
    return plan_storyboard(
        script,
        narrations_of(script),
        Brief(topic=script.title, aspect_ratio=aspect_ratio, seed=seed, **brief),
        PALETTE,
        pictogram_for=no_pictogram,
        media=media,
    )


MINUTE = 60 * 30


def repeated_kinds(board: Storyboard) -> list[ShotKind]:
    """Kinds that come twice running, inside a scene or over the border of two."""
    return [one for one, two in pairwise(kinds_of(board)) if one is two]


def fewest_kinds_a_minute(board: Storyboard) -> int:
    """Different kinds in the poorest minute; shots that it lacks to four count."""
    shots = [shot for scene in board.scenes for shot in scene.shots]
    starts = list(accumulate((shot.end - shot.start for shot in shots), initial=0))
    counts = []
    for first, start in enumerate(starts[:-1]):
        if first and start + MINUTE > starts[-1]:
            break  # no whole minute is left
        seen = [
            s.kind for s, at in zip(shots, starts, strict=False) if start <= at < start + MINUTE
        ]
        counts.append(len(set(seen)) + max(0, 4 - len(seen)))
    return min(counts)


SCRIPTS = [
    script_of(
        "Octopus",
        ["An octopus has three hearts, and two of them stop beating whenever it swims."],
        ["Its blood is blue, because it carries oxygen with copper instead of iron."],
        ["An octopus can change its color, squeeze through gaps, and squirt clouds of ink."],
        ["There are about 300 species, and the largest weighs more than 50 kg."],
        ["Unlike most molluscs, octopuses have no shell."],
        ["So the three hearts are the price of a life without a shell."],
    ),
    script_of(
        "Moon",
        ["The Moon drifts 3.8 centimetres away from us every year."],
        ["It formed about 4.5 billion years ago, when a young planet struck the Earth."],
        ["In 1959 a Soviet probe hit the Moon, and in 1969 two astronauts walked on it."],
        ["The Moon is smaller than Mercury, yet larger than Pluto."],
        ["Its gravity turns the oceans into tides."],
        ["One day, its pull will be too weak to hold our tides."],
    ),
    script_of(
        "Coffee",
        ["The world drinks more than two billion cups of coffee every day."],
        ["Brazil, Vietnam and Colombia grow most of the beans."],
        ["Roasting turns green beans into brown ones, and sugars into aroma."],
        ["An espresso has 63 mg of caffeine, whereas a filter coffee has 95 mg of caffeine."],
        ["Caffeine was first isolated in 1819, and decaffeinated coffee followed in 1903."],
        ["Every cup is a small chemical experiment."],
    ),
    script_of(
        "Black hole",
        ["Nothing that falls into a black hole ever comes back, not even light."],
        ["Its edge is called the event horizon."],
        ["The black hole at the center of our galaxy is four million times heavier than the Sun."],
        ["When a massive star runs out of fuel, it collapses, then explodes."],
        ["“Black holes ain’t so black,” said Stephen Hawking."],
        ["They leak, and in the end they vanish."],
    ),
    script_of(
        "Economy",
        ["The startup raised $3.5M in 2021, and it was gone two years later."],
        ["Its sales fell by 45% within 12 months."],
        ["It had 1,234 customers, 56 employees, and no plan."],
        ["Costs were three times larger than income."],
        ["First came growth, then came debt, then came silence."],
        ["Money does not replace a plan."],
    ),
    script_of(
        "Bees",
        ["A single bee makes a twelfth of a teaspoon of honey in its whole life."],
        ["Bees dance to tell each other where flowers are, how far, and how rich."],
        ["A queen lays up to 2,000 eggs a day."],
        ["Honey bees, bumblebees and stingless bees live in colonies."],
        ["Most bees, however, live alone."],
        ["A spoon of honey is the work of twelve lives."],
    ),
    script_of(
        "Volcano",
        ["Most volcanoes lie under the sea, where nobody sees them erupt."],
        ["Magma rises, because it is lighter than the rock around it."],
        ["Rising magma leads to cracks, and gas pressure causes eruptions."],
        ["Krakatoa erupted in 1883, and its sound was heard 4,800 km away."],
        ["Lava can be hotter than 1,200 °C."],
        ["Without volcanoes there would be no islands of Hawaii."],
    ),
    script_of(
        "Great Wall",
        ["You cannot see the Great Wall of China from the Moon."],
        ["It is over 21,000 km long, but only a few metres wide."],
        ["Stone, brick, wood and rammed earth hold it together."],
        ["The Ming dynasty built its best-known parts between 1368 and 1644."],
        ["Rice flour made the mortar stronger."],
        ["A wall can be long and still be invisible."],
    ),
    script_of(
        "Short",
        ["Sharks are older than trees."],
    ),
    script_of(
        "Ocean",
        ["We know the surface of Mars better than the floor of our oceans."],
        ["The deepest point, the Challenger Deep, lies 10,935 metres down."],
        ["Light fades, then warmth fades, then only pressure is left."],
        ["Pressure there is more than 1,000 times higher than at the surface."],
        ["Giant squid, anglerfish and sea cucumbers call it home."],
        ["Mars has been mapped; the sea has not."],
    ),
    script_of(
        "Music",
        ["A song can make time feel longer than it is."],
        ["According to Oliver Sacks, “music can move us to the heights or depths of emotion”."],
        ["Rhythm, melody and harmony reach different parts of the brain."],
        ["Babies hear music before they are born, while adults mostly hear what they know."],
        ["Of 1,000 people, about 15 never feel it."],
        ["For everyone else, it is a clock that bends."],
    ),
    script_of(
        "Łódź 東京 🎬",
        ["Łódź had 13,000 inhabitants in 1830 and 500,000 inhabitants in 1914."],
        ["東京 is spelled with two characters, and Ελλάδα with six."],
        ["It isn’t {\\pos(0,0)} that moves — it’s you 🎬."],
        ["Names travel; letters stay."],
    ),
]
