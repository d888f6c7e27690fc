"""Trimming: whole sentences taken out of a script that is too long, the least needed first."""

from collections.abc import Container, Sequence

import msgspec

from domain.generation.fitting import Chain, fit
from domain.generation.script import Scene, count_spoken_words

DOUBTFUL_WORTH = 0.2
"""of a sentence that no source carries, against one that a source does"""


def trim(
    scenes: Sequence[Scene], at_least: int, at_most: int, doubtful: Container[str] = ()
) -> list[Scene]:
    """Scenes of at most so many words: the opening and the end stay, and of each scene between
    them the first so many sentences.

    Args:
        at_least, at_most: spoken words; where nothing lands between them, it's the most below.
        doubtful: sentences that are given up sooner than others.
    """
    if len(scenes) < 3:  # noqa: PLR2004 - an opening and an end have nothing between them
        return list(scenes)
    kept = [scenes[0], scenes[-1]]
    fixed = sum(count_spoken_words(scene.text) for scene in kept)
    if fixed >= at_most:
        return kept
    chains = [
        Chain(
            words=[count_spoken_words(sentence.text) for sentence in scene.sentences],
            values=[
                DOUBTFUL_WORTH if sentence.text in doubtful else 1.0 for sentence in scene.sentences
            ],
        )
        for scene in scenes[1:-1]
    ]
    counts = fit(chains, at_least - fixed, at_most - fixed)
    between = [
        msgspec.structs.replace(scene, sentences=scene.sentences[:count])
        for scene, count in zip(scenes[1:-1], counts, strict=True)
        if count
    ]
    return [scenes[0], *between, scenes[-1]]
