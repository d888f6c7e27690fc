"""Kinds of shot that a script asks for and its board doesn't show, told to the user."""

from domain.generation.brief import ShotKind
from domain.generation.script import ProductionWarning, Script
from domain.generation.storyboard import DrawnBackdrop, Storyboard

_NEEDS = {
    ShotKind.NUMBER: "a figure and what it counts",
    ShotKind.COMPARISON: "two things that are set against each other",
    ShotKind.LIST: "three or more items in a row",
    ShotKind.TIMELINE: "two or more years, each with what happened in it",
    ShotKind.PROCESS: "one thing that leads to the next",
    ShotKind.QUOTE: "at most twelve words in quotation marks",
    ShotKind.LINK: "two things and what one does with the other",
}
_PLAIN = (ShotKind.FACT, ShotKind.TERM, ShotKind.LINK)
"""kinds of words alone, which a clip or still shows better"""


def unmet_kinds(script: Script, board: Storyboard) -> list[ProductionWarning]:
    """A warning for every scene without a shot of the kind that was asked for.

    The hook that opens the video and the closing that ends it come without being asked for.
    """
    last = len(script.scenes) - 1
    warnings: list[ProductionWarning] = []
    for number, (scene, drawn) in enumerate(zip(script.scenes, board.scenes, strict=True)):
        by_place = (number == 0 and scene.kind is ShotKind.HOOK) or (
            number == last and scene.kind is ShotKind.CLOSING
        )
        if scene.kind is None or by_place:
            continue
        if scene.kind in [shot.kind for shot in drawn.shots]:
            continue
        pictured = any(not isinstance(shot.backdrop, DrawnBackdrop) for shot in drawn.shots)
        hidden = pictured and scene.kind in _PLAIN
        warnings.append((_hidden if hidden else _not_carried)(number, scene.kind))
    return warnings


def _not_carried(number: int, kind: ShotKind) -> ProductionWarning:
    needs = _NEEDS.get(kind)
    return ProductionWarning(
        code="kind_not_carried",
        pointer=f"/scenes/{number}/kind",
        message=f"The words of scene {number} can't carry the {kind.value} shot that was asked "
        "for; it was drawn in another way.",
        hint=(f"A {kind.value} shot needs {needs}. " if needs else "")
        + "Reword the scene, or leave `kind` out.",
    )


def _hidden(number: int, kind: ShotKind) -> ProductionWarning:
    return ProductionWarning(
        code="kind_not_carried",
        pointer=f"/scenes/{number}/kind",
        message=f"Scene {number} shows its clip or still instead of the {kind.value} shot that "
        "was asked for: words alone aren't drawn over pictures.",
        hint="Leave `kind` out, or ask for one that is drawn over pictures: number, comparison, "
        "list, timeline, process or quote.",
    )
