"""Lengths: whether a script that a model wrote fills the time that was asked for."""

import msgspec

from domain.generation.brief import Brief
from domain.generation.composing import DEFAULT_MAX_SECONDS
from domain.generation.prompts import Assignment, hook_correction, length_correction
from domain.generation.script import (
    SECONDS_PER_MINUTE,
    ProductionWarning,
    Script,
    count_spoken_words,
    spoken_seconds,
)

LEAST_SHARE, AIM_SHARE, MOST_SHARE = 0.90, 0.96, 1.04
"""Of the words that fill the time: as few and as many as will do, and what is asked for. Short
sentences have more pauses than the running text by which a voice's pace is measured, about 6 % of
the time: so what has 4 % too many words sounds 10 % too long."""
UNTOLD_SHARE = 0.8
"""of the longest default, where no duration was asked for"""
SLOW_HOOK = 2.0
"""times the words that the first seconds have: with more it's asked for again"""
SHORT_WEIGHT = 3
"""Too much can be trimmed, too little can't be filled: a missing word weighs as much as so many
that are too many."""
NO_SPACES = frozenset({"ja", "zh", "th", "lo", "km", "my"})
"""languages whose words can't be counted by their spaces"""


class Length(msgspec.Struct, frozen=True, kw_only=True):
    """How many words a script may have; in spoken ones, figures as they are read out."""

    seconds: int | None
    """that were asked for"""
    words_per_minute: float
    least: int
    most: int
    is_countable: bool

    @classmethod
    def of(cls, brief: Brief, words_per_minute: float) -> "Length":
        """The length that a brief asks for, at a voice's pace."""
        words = (brief.duration or DEFAULT_MAX_SECONDS) * words_per_minute / SECONDS_PER_MINUTE
        return cls(
            seconds=brief.duration,
            words_per_minute=words_per_minute,
            least=round(words * LEAST_SHARE) if brief.duration else 0,
            most=round(words * MOST_SHARE) if brief.duration else int(words),
            is_countable=brief.language.replace("_", "-").split("-")[0].lower() not in NO_SPACES,
        )

    @property
    def aim_seconds(self) -> float:
        """That a model is asked to fill."""
        return (self.seconds or DEFAULT_MAX_SECONDS * UNTOLD_SHARE) * AIM_SHARE

    def is_kept_by(self, script: Script) -> bool:
        """Whether a script fills the time; true where its words can't be counted."""
        return not self.is_countable or self.least <= count_spoken_words(script.text) <= self.most

    def corrections(self, script: Script, assignment: Assignment) -> list[str]:
        """What a model is to be told of a script that doesn't keep to its assignment."""
        if not self.is_countable:
            return []
        found = []
        if not self.is_kept_by(script):
            found.append(length_correction(count_spoken_words(script.text), assignment.words))
        opening = _opening_words(script)
        if opening > SLOW_HOOK * assignment.hook_words:
            found.append(hook_correction(opening, assignment.hook_words))
        return found

    def distance(self, script: Script) -> tuple[int, int]:
        """How far a script is from what was asked for; of two within it, the shorter hook is
        nearer."""
        spoken = count_spoken_words(script.text)
        away = max(SHORT_WEIGHT * (self.least - spoken), spoken - self.most, 0)
        return away, _opening_words(script)

    def warnings(self, script: Script) -> list[ProductionWarning]:
        """What is to be told of a script that is final."""
        if self.seconds is None or self.is_kept_by(script):
            return []
        seconds = spoken_seconds(script.text, self.words_per_minute)
        return [
            ProductionWarning(
                code="duration_not_met",
                pointer="/duration",
                message=f"The model's script takes about {seconds:.0f} s; {self.seconds} s were "
                "asked for. Nothing was padded.",
                hint="Try another `seed`, another duration, or a model that keeps to a length.",
            )
        ]


def _opening_words(script: Script) -> int:
    return count_spoken_words(script.scenes[0].sentences[0].text)
