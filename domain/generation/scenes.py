"""Scenes: statements grouped into thoughts, each with a heading and what to look for."""

import random
from collections.abc import Sequence

import msgspec

from domain.generation.brief import ShotKind
from domain.generation.facts import Fact
from domain.generation.grammar import upper_first
from domain.generation.headings import heading_for
from domain.generation.keywords import key_terms
from domain.generation.phrasing import contract, with_pronoun
from domain.generation.script import Scene, Sentence
from domain.generation.subject import Subject

MAX_SCENE_WORDS = 40
MAX_PAIR_WORDS = 24
"""statements that don't lean on one another share a scene only when both are short"""
MAX_SCENE_SENTENCES = 3
SCENES_PER_SECTION = 4
MAX_SEARCH_TERMS = 5


class Material(msgspec.Struct, frozen=True, kw_only=True):
    """One source taken apart; ``subject`` is None where the source has no single one."""

    facts: list[Fact]
    subject: Subject | None = None
    heading: str = ""
    """over the first scene of a source that isn't the main one"""


class Staging:
    """Makes the scenes of one script; its headings don't repeat."""

    def __init__(self, rng: random.Random, known: str = "") -> None:
        """``known``: words of which the whole script talks, so that they head no scene."""
        self._rng = rng
        self._known = known
        self._taken: set[str] = set()

    def hook(self, fact: Fact, material: Material) -> Scene:
        """The hook alone."""
        return self._single(fact, material, ShotKind.HOOK, 0)

    def close(self, fact: Fact, material: Material, section: int) -> Scene:
        """The close alone."""
        return self._single(fact, material, ShotKind.CLOSING, section)

    def body(
        self, facts: Sequence[Fact], material: Material, *, source: int, section: int, before: str
    ) -> list[Scene]:
        """Scenes of one to three sentences; ``before`` is the sentence that came last."""
        scenes: list[Scene] = []
        last = before
        for number, group in enumerate(_groups(facts)):
            sentences: list[Sentence] = []
            for fact in group:
                text = fact.text
                # By pronoun at most every second time, so that nobody loses the thread.
                if material.subject is not None and last:
                    text = with_pronoun(fact.text, last, material.subject)
                last = fact.text if text == fact.text else ""
                sentences.append(Sentence(contract(text), source))
            text = " ".join(sentence.text for sentence in sentences)
            # Over another source's first scene it must say which.
            own = material.heading if number == 0 else ""
            scenes.append(
                Scene(
                    sentences=sentences,
                    heading=own or self._heading(text, material.subject),
                    search_terms=search_terms(text, material.subject),
                    section=section + number // SCENES_PER_SECTION,
                )
            )
        return scenes

    def _single(self, fact: Fact, material: Material, kind: ShotKind, section: int) -> Scene:
        text = contract(upper_first(fact.text))
        return Scene(
            sentences=[Sentence(text, 0)],
            kind=kind,
            search_terms=search_terms(text, material.subject),
            section=section,
        )

    def _heading(self, text: str, subject: Subject | None) -> str | None:
        known = " ".join(subject.names()) if subject else ""
        known = f"{known} {self._known}"
        heading = heading_for(text, self._taken, known, self._rng.random(), subject)
        if heading:
            self._taken.add(heading)
        return heading


def search_terms(text: str, subject: Subject | None) -> list[str]:
    """What to look for: the subject, then the scene's own key words."""
    return key_terms(text, MAX_SEARCH_TERMS, lead=subject.bare if subject else "")


def _together(before: Fact, fact: Fact) -> bool:
    return fact.bound or fact.origin == before.origin


def _groups(facts: Sequence[Fact]) -> list[list[Fact]]:
    """What leans on the statement before shares its scene, and so do short neighbours."""
    groups: list[list[Fact]] = []
    for fact in facts:
        if (
            groups
            and len(groups[-1]) < MAX_SCENE_SENTENCES
            and sum(f.words for f in groups[-1]) + fact.words
            <= (MAX_SCENE_WORDS if _together(groups[-1][-1], fact) else MAX_PAIR_WORDS)
        ):
            groups[-1].append(fact)
        else:
            groups.append([fact])
    return groups
