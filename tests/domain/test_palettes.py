"""Palettes: every named one reads, and own colours are completed, mended or refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import FieldError, InvalidRequest
from domain.generation.brief import Brand
from domain.generation.palettes import (
    LARGE_CONTRAST,
    PALETTES,
    TEXT_CONTRAST,
    contrast,
    palette_for,
    tinted,
)
from domain.generation.storyboard import Palette

colors = st.integers(0, 0xFFFFFF).map(lambda n: f"#{n:06X}")


def assert_readable(palette: Palette) -> None:
    for ground in (palette.ground, palette.ground_to):
        assert contrast(palette.ink, ground) >= TEXT_CONTRAST
        assert contrast(palette.muted, ground) >= TEXT_CONTRAST
        assert contrast(palette.accent, ground) >= LARGE_CONTRAST


def asked_for(brand: Brand) -> tuple[Palette | None, list[FieldError]]:
    try:
        return palette_for(brand, 1), []
    except InvalidRequest as refused:
        return None, refused.errors


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)
    assert contrast("#FFFFFF", "#777777") == contrast("#777777", "#FFFFFF")


def test_there_are_eight_palettes_or_more_dark_and_light() -> None:
    dark = [p for p in PALETTES.values() if contrast(p.ground, "#FFFFFF") > TEXT_CONTRAST]
    assert len(PALETTES) >= 8
    assert 3 <= len(dark) <= len(PALETTES) - 3


@pytest.mark.parametrize("name", PALETTES)
def test_a_named_palette_reads_on_both_of_its_grounds(name: str) -> None:
    assert PALETTES[name].name == name
    assert_readable(PALETTES[name])
    assert palette_for(Brand(palette=name), seed=3) == PALETTES[name]


def test_without_a_brand_the_seed_draws_the_palette() -> None:
    drawn = {palette_for(Brand(), seed).name for seed in range(200)}
    assert drawn == set(PALETTES)
    assert palette_for(Brand(), 77) == palette_for(Brand(), 77)


def test_an_unknown_name_is_refused_and_the_known_ones_are_listed() -> None:
    with pytest.raises(InvalidRequest) as refused:
        palette_for(Brand(palette="neon"), 1)
    (error,) = refused.value.errors
    assert error.pointer == "/brand/palette"
    assert all(name in error.hint for name in PALETTES)


@given(ground=colors)
def test_any_ground_of_ones_own_gets_an_ink_and_an_accent_that_read(ground: str) -> None:
    palette, errors = asked_for(Brand(ground=ground))
    if palette is None:
        assert [e.pointer for e in errors] == ["/brand/ground"]
    else:
        assert palette.ground == ground
        assert_readable(palette)


@given(accent=colors, seed=st.integers(0, 50))
def test_any_accent_is_kept_in_hue_and_mended_until_large_type_reads(
    accent: str, seed: int
) -> None:
    assert_readable(palette_for(Brand(accent=accent), seed))


def test_an_accent_that_reads_is_taken_as_it_is() -> None:
    assert palette_for(Brand(palette="midnight", accent="#ff5577"), 1).accent == "#FF5577"


@given(ground=colors, ink=colors)
def test_ink_that_does_not_read_on_its_ground_is_refused(ground: str, ink: str) -> None:
    palette, errors = asked_for(Brand(ground=ground, ink=ink))
    if palette is None:
        assert [e.pointer for e in errors] == ["/brand/ink"]
        assert "4.5" in errors[0].message
    else:
        assert palette.ink == ink
        assert_readable(palette)


def test_dark_grounds_get_light_ink_and_light_grounds_dark_ink() -> None:
    assert palette_for(Brand(ground="#101820"), 1).ink == "#FFFFFF"
    assert palette_for(Brand(ground="#FAFAF2"), 1).ink == "#111111"


def test_an_ink_alone_finds_a_palette_on_which_it_reads() -> None:
    assert_readable(palette_for(Brand(ink="#000000"), 0))
    assert_readable(palette_for(Brand(ink="#FFFFFF"), 9))


@pytest.mark.parametrize("name", PALETTES)
def test_tints_keep_the_side_of_the_ground(name: str) -> None:
    palette = PALETTES[name]
    assert contrast(tinted(palette), palette.ink) < contrast(palette.ground_to, palette.ink)
    assert contrast(tinted(palette, 2), palette.ink) < contrast(tinted(palette), palette.ink)
