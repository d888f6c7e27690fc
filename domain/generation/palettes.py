"""Palettes: named ones, and ones made of a brand's own colours, always with enough contrast."""

import colorsys

from domain.errors import FieldError, InvalidRequest
from domain.generation.brief import Brand
from domain.generation.storyboard import Palette

TEXT_CONTRAST = 4.5
"""WCAG 2.2, 1.4.3: body text against what lies behind it"""
LARGE_CONTRAST = 3.0
"""WCAG 2.2, 1.4.3: large text; the accent is only ever used large"""

NEARLY_BLACK, NEARLY_WHITE = 0.15, 0.9
"""Lightness beyond which a gradient's other end lies towards mid-grey, for want of room"""
SRGB_LINEAR_PART = 0.04045
"""IEC 61966-2-1: below it the transfer curve is a straight line"""


def _named(*palettes: Palette) -> dict[str, Palette]:
    return {palette.name: palette for palette in palettes}


PALETTES: dict[str, Palette] = _named(
    Palette(
        name="midnight",
        ground="#0B1030",
        ground_to="#23307A",
        ink="#F7F5EF",
        muted="#C9D0F0",
        accent="#FFB703",
    ),
    Palette(
        name="lagoon",
        ground="#04252E",
        ground_to="#094C57",
        ink="#F2FBF9",
        muted="#CBEBE7",
        accent="#FFD166",
    ),
    Palette(
        name="ember",
        ground="#220A12",
        ground_to="#6A1B2B",
        ink="#FFF4EC",
        muted="#EDC3B5",
        accent="#FF9F6B",
    ),
    Palette(
        name="forest",
        ground="#0B2018",
        ground_to="#1B4A33",
        ink="#F4F8EC",
        muted="#D3E8D6",
        accent="#C6F255",
    ),
    Palette(
        name="orchid",
        ground="#1B0B36",
        ground_to="#55218A",
        ink="#FBF5FF",
        muted="#D6BDF0",
        accent="#FF8AD1",
    ),
    Palette(
        name="graphite",
        ground="#121417",
        ground_to="#3A4049",
        ink="#F6F7F8",
        muted="#C0C7CF",
        accent="#F4E04D",
    ),
    Palette(
        name="paper",
        ground="#FBF7EE",
        ground_to="#EFE0C6",
        ink="#221C14",
        muted="#5E5140",
        accent="#C8391F",
    ),
    Palette(
        name="breeze",
        ground="#F1F7FF",
        ground_to="#CDE2FA",
        ink="#0E2240",
        muted="#3F587C",
        accent="#1F5FE0",
    ),
    Palette(
        name="meadow",
        ground="#F3FAEF",
        ground_to="#CFE9CF",
        ink="#10281C",
        muted="#3C5C49",
        accent="#B3361B",
    ),
    Palette(
        name="blossom",
        ground="#FFF3F2",
        ground_to="#FAD3D6",
        ink="#331024",
        muted="#77425C",
        accent="#A3195B",
    ),
)
"""Every named palette, dark ones first."""


def contrast(a: str, b: str) -> float:
    """Contrast ratio of two ``#RRGGBB`` colours, 1 to 21 (WCAG 2.2's definition)."""
    lighter, darker = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def blend(a: str, b: str, share: float) -> str:
    """The colour ``share`` of the way from ``a`` to ``b``."""
    red, green, blue = ((x + (y - x) * share) / 255 for x, y in zip(_rgb(a), _rgb(b), strict=True))
    return _hex((red, green, blue))


def tinted(palette: Palette, steps: float = 1.0) -> str:
    """The ground's hue, steps towards the ink: for large quiet shapes behind the words."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*(c / 255 for c in _rgb(palette.ground_to)))
    dark = _luminance(palette.ink) > _luminance(palette.ground)
    level = min(1.0, lightness + 0.2 * steps) if dark else max(0.0, lightness - 0.16 * steps)
    return _hex(colorsys.hls_to_rgb(hue, level, min(1.0, saturation * 1.05)))


def palette_for(brand: Brand, seed: int) -> Palette:
    """The palette of a video: the named one, one made of own colours, or one by the seed.

    Own colours replace those of the named palette; without a name the rest is derived from
    them. A ground brings an ink that reads on it, unless an ink is given too. An accent that
    is too faint is made lighter or darker, in its own hue, until large type reads.

    Raises:
        InvalidRequest: no palette has this name, or ink doesn't read on the ground.
    """
    if brand.palette is not None and brand.palette not in PALETTES:
        raise InvalidRequest(
            [
                FieldError(
                    "/brand/palette",
                    f"no palette is called {brand.palette!r}",
                    "unknown_palette",
                    f"Use one of {', '.join(PALETTES)}, or give your own colours.",
                )
            ]
        )
    own = (brand.ground, brand.ink, brand.accent)
    if brand.palette is not None:
        base = PALETTES[brand.palette]
    elif brand.ground is not None:
        base = _on_ground(brand.ground)
    elif brand.ink is not None:
        # an ink alone asks for a ground on which it reads
        fitting = [p for p in PALETTES.values() if _reads(brand.ink, p)]
        choices = fitting or list(PALETTES.values())
        base = choices[seed % len(choices)]
    else:
        base = list(PALETTES.values())[seed % len(PALETTES)]
    if own == (None, None, None):
        return base
    return _with_own(base, brand)


def _with_own(base: Palette, brand: Brand) -> Palette:
    if brand.ground is not None:
        ground, ground_to = brand.ground.upper(), _second_ground(brand.ground)
        fallback = base if _reads(base.ink, _on_ground(ground)) else _on_ground(ground)
    else:
        ground, ground_to, fallback = base.ground, base.ground_to, base
    ink = brand.ink.upper() if brand.ink is not None else fallback.ink
    lowest = min(contrast(ink, ground), contrast(ink, ground_to))
    if lowest < TEXT_CONTRAST:
        raise InvalidRequest(
            [
                FieldError(
                    "/brand/ink" if brand.ink is not None else "/brand/ground",
                    f"ink {ink} on the grounds {ground} and {ground_to} has a contrast of "
                    f"{lowest:.1f}:1; text needs {TEXT_CONTRAST}:1",
                    "low_contrast",
                    "Take a lighter or darker colour, or leave it out to have one chosen.",
                )
            ]
        )
    accent = readable_on(brand.accent or fallback.accent, ground, ground_to, LARGE_CONTRAST)
    return Palette(
        name="custom",
        ground=ground,
        ground_to=ground_to,
        ink=ink,
        muted=_muted(ink, ground, ground_to),
        accent=accent,
    )


def readable_on(color: str, ground: str, ground_to: str, ratio: float) -> str:
    """``color``, made lighter or darker in its own hue until it has ``ratio`` on both grounds."""

    def worst(candidate: str) -> float:
        return min(contrast(candidate, ground), contrast(candidate, ground_to))

    hue, lightness, saturation = colorsys.rgb_to_hls(*(c / 255 for c in _rgb(color)))
    best = color.upper()
    for step in range(101):
        for sign in (1, -1):
            level = min(1.0, max(0.0, lightness + sign * step / 100))
            candidate = _hex(colorsys.hls_to_rgb(hue, level, saturation)) if step else best
            if worst(candidate) >= ratio:
                return candidate
            best = max(best, candidate, key=worst)
    return best


def _on_ground(ground: str) -> Palette:
    """A palette around a ground: white or near-black ink, the first accent that stands out."""
    ground, ground_to = ground.upper(), _second_ground(ground)
    ink = max(
        ("#FFFFFF", "#111111"), key=lambda c: min(contrast(c, ground), contrast(c, ground_to))
    )
    accent = max(("#FFB703", "#C8391F"), key=lambda c: contrast(c, ground))
    return Palette(
        name="custom",
        ground=ground,
        ground_to=ground_to,
        ink=ink,
        muted=_muted(ink, ground, ground_to),
        accent=readable_on(accent, ground, ground_to, LARGE_CONTRAST),
    )


def _second_ground(ground: str) -> str:
    """The gradient's other end: the same hue, away from mid-grey so that ink stays readable."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*(c / 255 for c in _rgb(ground)))
    dark = contrast("#FFFFFF", ground) >= contrast("#111111", ground)
    if dark:
        level = lightness + 0.1 if lightness < NEARLY_BLACK else lightness * 0.55
    else:
        level = lightness - 0.08 if lightness > NEARLY_WHITE else lightness + (1 - lightness) * 0.55
    return _hex(colorsys.hls_to_rgb(hue, level, saturation))


def _muted(ink: str, ground: str, ground_to: str) -> str:
    """Ink on its way to the ground, as far as text still reads."""
    middle = blend(ground, ground_to, 0.5)
    for percent in range(30, 0, -2):
        candidate = blend(ink, middle, percent / 100)
        if min(contrast(candidate, ground), contrast(candidate, ground_to)) >= TEXT_CONTRAST:
            return candidate
    return ink


def _reads(ink: str, palette: Palette) -> bool:
    return min(contrast(ink, palette.ground), contrast(ink, palette.ground_to)) >= TEXT_CONTRAST


def _luminance(color: str) -> float:
    red, green, blue = (
        c / 12.92 if c <= SRGB_LINEAR_PART else ((c + 0.055) / 1.055) ** 2.4
        for c in (channel / 255 for channel in _rgb(color))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _hex(channels: tuple[float, float, float]) -> str:
    return "#" + "".join(f"{round(channel * 255):02X}" for channel in channels)


def _rgb(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
