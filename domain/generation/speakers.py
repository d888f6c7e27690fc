"""Speakers: marks such as ``[host]`` in a text, and who they stand for.

A mark stands at the beginning of a line or a sentence and holds until the next one. Other
brackets (``[1]``, ``[t]he``, ``[two words]``) are text, and so are all where no speakers are
defined.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from domain.errors import FieldError

NAME = re.compile(r"[^\W\d_][\w-]{0,31}")
_MARK = re.compile(r"\[(?P<name>[^\W\d_][\w-]{0,31})\]:?(?=\s|\Z)")
_LOOK_BACK = 64
"""characters before a bracket that tell whether a sentence begins there"""
_CLOSING = "\"'”’»)]}*_"
_ENDS = ".!?…:;。！？"


class Run(NamedTuple):
    """A stretch of text in one mouth; ``speaker`` None is the main voice."""

    speaker: str | None
    text: str


class Speakers:
    """The names that a request defines, in any case."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = {name.casefold(): name for name in names}

    def known(self, name: str) -> str | None:
        """The name as it was defined, if it was."""
        return self._names.get(name.casefold())

    def runs(self, text: str, speaker: str | None = None) -> list[Run]:
        """A text without its marks, by who speaks it; whatever precedes the first mark is
        ``speaker``'s. The last run may be blank: it tells who speaks on."""
        runs: list[Run] = []
        begin = 0
        for mark in self._marks(text):
            if (name := self.known(mark["name"])) is None:
                continue
            if text[begin : mark.start()].strip():
                runs.append(Run(speaker, text[begin : mark.start()]))
            speaker, begin = name, mark.end()
        return [*runs, Run(speaker, text[begin:])]

    def unknown(self, text: str) -> list[str]:
        """Names in marks that nobody has, each once."""
        found = [mark["name"] for mark in self._marks(text)]
        return list(dict.fromkeys(name for name in found if self.known(name) is None))

    def errors_in(self, text: str, pointer: str) -> list[FieldError]:
        """What is wrong with the marks of a text that ``pointer`` leads to."""
        if not self._names or "[" not in text:
            return []
        errors = [self.unknown_error(name, pointer) for name in self.unknown(text)]
        if not errors and text.strip() and not any(run.text.strip() for run in self.runs(text)):
            errors.append(
                FieldError(
                    pointer,
                    "has marks of speakers, but nothing to say",
                    "nothing_to_speak",
                    "Put sentences behind the marks.",
                )
            )
        return errors

    def unknown_error(self, name: str, pointer: str) -> FieldError:
        """What is said of a name that nobody has."""
        names = ", ".join(self._names.values())
        there = f"there is {names}" if names else "`speakers` defines none"
        return FieldError(
            pointer,
            f"names the speaker {name!r}, whom nobody has defined; {there}",
            "unknown_speaker",
            f"Define `{name}` in `speakers`; where it's no name, take other brackets.",
        )

    def _marks(self, text: str) -> Iterator[re.Match[str]]:
        """What looks like a mark and stands where one may."""
        if not self._names:
            return
        end = 0
        for mark in _MARK.finditer(text):
            before = text[max(end, mark.start() - _LOOK_BACK) : mark.start()]
            said = before.rstrip()
            begins_line = not said or "\n" in before[len(said) :]
            ended = len(said) < len(before) and said.rstrip(_CLOSING)[-1:] in _ENDS
            if begins_line or (ended and said.rstrip(_CLOSING)):
                end = mark.end()
                yield mark


def check_speakers(
    names: Iterable[str], script: str | None, scenes: Sequence[tuple[str | None, str]]
) -> list[FieldError]:
    """Find what is wrong with the speakers of a request, with the marks in its script, and with
    its scenes: who begins each, and its text."""
    speakers = Speakers(names)
    errors = _wrong_names(names)
    for number, (begins, text) in enumerate(scenes):
        if begins is not None and speakers.known(begins) is None:
            errors.append(speakers.unknown_error(begins, f"/scenes/{number}/speaker"))
        errors += speakers.errors_in(text, f"/scenes/{number}/text")
    return errors + speakers.errors_in(script or "", "/script")


def _wrong_names(names: Iterable[str]) -> list[FieldError]:
    errors = []
    seen: dict[str, str] = {}
    for name in names:
        pointer = "/speakers/" + name.replace("~", "~0").replace("/", "~1")
        if not NAME.fullmatch(name):
            errors.append(
                FieldError(
                    pointer,
                    "isn't a name: 1 to 32 letters, figures, - and _, a letter first",
                    "invalid",
                    "Name a speaker like `host`.",
                )
            )
        elif (same := seen.setdefault(name.casefold(), name)) != name:
            errors.append(
                FieldError(
                    pointer,
                    f"is the same name as {same!r}: capitals don't count",
                    "duplicate",
                    "Take another name.",
                )
            )
    return errors
