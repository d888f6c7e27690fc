"""Figures that no rule says in words: the voice reads them as it can, and the user is told."""

from collections.abc import Mapping

from domain.generation.ports import Verbalizer
from domain.generation.script import ProductionWarning, Script

CODE = "numbers_unspoken"
_NAMED = 3


def unspoken_figures(
    script: Script, verbalizer: Verbalizer, pronunciations: Mapping[str, str]
) -> list[ProductionWarning]:
    """A warning that names words of a script which stay figures when they are spoken; or none.

    ``pronunciations`` are the brief's; the scenes' own go over them.
    """
    left: dict[str, None] = {}
    for scene in script.scenes:
        for sentence in scene.sentences:
            if not any(map(str.isdecimal, sentence.text)):
                continue
            spoken = verbalizer.verbalize(
                sentence.text, script.language, {**pronunciations, **scene.pronunciations}
            )
            for span in spoken.spans:
                if any(map(str.isdecimal, span.spoken)):
                    left.update(dict.fromkeys(span.shown))
    if not left:
        return []
    named = ", ".join([*left][:_NAMED]) + (f" and {len(left) - _NAMED} more" * (len(left) > _NAMED))
    return [
        ProductionWarning(
            code=CODE,
            message=f"There are no rules for how {script.language} says {named}: the voice reads "
            "them as figures.",
            hint="Write them in words, or give their sound under `pronunciations`.",
        )
    ]
