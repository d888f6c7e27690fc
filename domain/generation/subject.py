"""The subject: what a video is about, and how sentences may call it."""

import re
from typing import Literal

import msgspec

Number = Literal["singular", "plural"]


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """A topic's names in running text, as they stand inside a sentence."""

    name: str
    """as a subject: "an octopus", "the Moon", "coffee", "Marie Curie" """
    number: Number = "singular"
    bare: str
    """without its article: "octopus" """
    plural: str | None = None
    """the plural where the source uses it: "octopuses" """
    is_person: bool = False
    pronoun: str = "it"
    """it, they, he or she; empty when the source tells none"""

    @property
    def possessive(self) -> str:
        """The name owning something: "the Moon's", "octopuses'"."""
        name = self.name
        if name.startswith(("a ", "an ")):
            name = f"the {self.bare}"
        return name + ("'" if self.number == "plural" and name.endswith("s") else "'s")

    def names(self) -> list[str]:
        """Every form by which a sentence may name it, longest first."""
        forms = {self.name, f"a {self.bare}", f"an {self.bare}", f"the {self.bare}", self.bare}
        forms |= {self.plural} if self.plural else set()
        if self.is_person and (surname := self.bare.split()[-1])[:1].isupper():
            forms.add(surname)
        return sorted(forms, key=lambda f: (-len(f), f))

    def opens(self, sentence: str) -> tuple[str, Number] | None:
        """The form and number with which ``sentence`` begins by naming it, if it does."""
        lowered = sentence.lower()
        for form in self.names():
            rest = lowered[len(form) :]
            if lowered.startswith(form.lower()) and re.match(r"[\s,]", rest):
                plural = form == self.plural or (self.number == "plural" and form != self.plural)
                return sentence[: len(form)], "plural" if plural else "singular"
        return None

    def is_named_in(self, text: str) -> bool:
        """Whether the text names it, in any form."""
        return any(
            re.search(rf"(?<!\w){re.escape(form)}(?!\w)", text, re.IGNORECASE)
            for form in (self.bare, self.plural, self.is_person and self.bare.split()[-1])
            if form
        )


def find_subject(name: str, sentences: list[str], is_person: bool, elsewhere: str = "") -> Subject:
    """How a source calls its subject: article, number, plural and pronoun, out of its text.

    ``elsewhere`` is other text that may show whether the name is written small.
    """
    text = " ".join(sentences)
    first = sentences[0] if sentences else name
    bare = name if is_person else _in_running_text(name, f"{text} {elsewhere}")
    plural = _plural_in(bare, text)
    article = re.match(
        rf"(?:[^,]{{3,40}}, )?(a|an|the)\s+{re.escape(bare)}\b", first, re.IGNORECASE
    )
    number: Number = "singular"
    full = bare
    if article:
        full = f"{article.group(1).lower()} {bare}"
    elif plural and re.match(rf"(?:[^,]{{3,40}}, )?{re.escape(plural)}\b", first, re.IGNORECASE):
        full, number = plural, "plural"
    elif not is_person and re.match(rf"{re.escape(bare)}\s(?:are|were)\b", first, re.IGNORECASE):
        number, plural = "plural", bare
    if full == bare and not is_person and number == "singular":
        named = len(re.findall(rf"(?<![\w-]){re.escape(bare)}(?![\w-])", elsewhere))
        definite = len(re.findall(rf"\b[Tt]he {re.escape(bare)}(?![\w-])(?! [A-Z])", elsewhere))
        if definite > named / 2 and bare[:1].isupper():
            full = f"the {bare}"
    if re.match(r"the\s+" + re.escape(bare) + r"\s(?:are|were)\b", first, re.IGNORECASE):
        number = "plural"
    return Subject(
        name=full,
        number=number,
        bare=bare,
        plural=plural,
        is_person=is_person,
        pronoun=_pronoun(text, is_person, number),
    )


def _in_running_text(name: str, text: str) -> str:
    """The name with the first letter that it mostly has inside sentences."""
    lowered = name[:1].lower() + name[1:]
    if name[:1] == lowered[:1] or name[1:2].isupper():
        return name
    # "the Atlantic Ocean" tells nothing about "ocean": the word before must be small.
    great = len(re.findall(rf"(?<![\w-])[a-z][\w'-]*,? {re.escape(name)}(?!\s[A-Z])", text))
    small = len(re.findall(rf"(?<![\w-]){re.escape(lowered)}", text))
    return lowered if small > great else name


def _plural_in(bare: str, text: str) -> str | None:
    forms = [bare + "s", bare + "es"]
    if bare.endswith("y"):
        forms.append(bare[:-1] + "ies")
    for form in forms:
        if found := re.search(rf"(?<!\w){re.escape(form)}(?![\w'])", text, re.IGNORECASE):
            word = found.group()
            return word[:1].lower() + word[1:] if bare[:1].islower() else word
    return None


def _pronoun(text: str, is_person: bool, number: Number) -> str:
    if not is_person:
        return "they" if number == "plural" else "it"
    he = len(re.findall(r"\b(?:he|his|him|himself|king|father|husband|actor)\b", text, re.I))
    she = len(re.findall(r"\b(?:she|her|hers|herself|queen|mother|wife|actress)\b", text, re.I))
    return "" if he == she else "he" if he > she else "she"
