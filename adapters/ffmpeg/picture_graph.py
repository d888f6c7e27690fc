"""Filter graphs of the picture: backdrops in a row, text over them, all of it BT.709."""

import math
import re

from adapters.ffmpeg.filters import Filter, chain
from adapters.ffmpeg.probe import HD_LINES, ClipFacts
from domain.generation.narration import FRAME_RATE
from domain.generation.storyboard import DrawnBackdrop, Palette

# names inside the scratch folder
TRACK = "track.ass"
FONTS = "fonts"

COLOR = re.compile(r"#[0-9a-fA-F]{6}")

EXACT = "bicubic+accurate_rnd+full_chroma_int"
"""for conversions between matrices: swscale's fast ones are 3 to 4 levels too dark"""
GRADIENT_SHRINK = 4
"""the gradient is computed at a quarter of the size; it has no detail to lose"""
DRIFT_RADIANS_PER_FRAME = 0.002
"""about 3.4 degrees a second: seen as life, not as movement"""
GOLDEN_RATIO = (math.sqrt(5) - 1) / 2
"""its multiples fill an interval evenly: no two variants get nearly the same line"""
FARTHEST_FROM_CORNER = 0.4
"""of the frame's width"""

TAGGED = Filter(
    "setparams",
    {"colorspace": "bt709", "color_primaries": "bt709", "color_trc": "bt709", "range": "tv"},
)
SQUARE_PIXELS = Filter("setsar", {"sar": 1})
PLANAR_8_BIT = Filter("format", {"pix_fmts": "yuv420p"})
FROM_ZERO = Filter("setpts", {"expr": "PTS-STARTPTS"})
AT_FRAME_RATE = Filter("fps", {"fps": FRAME_RATE})


def frames_between(start: int, end: int) -> Filter:
    """Only frames ``start`` to ``end`` (exclusive)."""
    return Filter("trim", {"start_frame": start, "end_frame": end})


def drawn(backdrop: DrawnBackdrop, palette: Palette, size: tuple[int, int], frames: int) -> str:
    """A slowly turning linear gradient between the palette's grounds.

    Computed in 16 bits and dithered where it becomes 8: bands don't show, and unlike noise an
    ordered dither that stands still costs the encoder little. (From ffmpeg's floating-point
    formats swscale doesn't dither.)
    """
    width, height = size
    small = (width // GRADIENT_SHRINK, height // GRADIENT_SHRINK)
    start, end, mirrored = _gradient_line(backdrop.variant, small)
    gradient = Filter(
        "gradients",
        {
            "size": f"{small[0]}x{small[1]}",
            "rate": FRAME_RATE,
            "c0": _color(palette.ground),
            "c1": _color(palette.ground_to),
            "nb_colors": 2,
            "x0": start[0],
            "y0": start[1],
            "x1": end[0],
            "y1": end[1],
            "seed": 0,  # every colour and point is given; a seed of -1 would be the clock's
            "speed": DRIFT_RADIANS_PER_FRAME,
            "type": "linear",
        },
    )
    return chain(
        gradient,
        Filter("format", {"pix_fmts": "rgba64le"}),
        frames_between(0, frames),
        *([Filter("hflip")] if mirrored else []),
        _scaled(width, height),
        PLANAR_8_BIT,
        TAGGED,
        SQUARE_PIXELS,
        FROM_ZERO,
    )


def _gradient_line(
    variant: int, size: tuple[int, int]
) -> tuple[tuple[int, int], tuple[int, int], bool]:
    """Both ends of the gradient, and whether it is mirrored (which also turns it the other way).

    The ends are opposite points of the frame's border, at or near the corners: a diagonal reads
    as a designed backdrop. Points outside the frame would be replaced by random ones.
    """
    right, bottom = size[0] - 1, size[1] - 1
    mirrored, from_below, reversed_ = variant & 1, variant >> 1 & 1, variant >> 2 & 1
    inset = (variant >> 3) * GOLDEN_RATIO % 1 * FARTHEST_FROM_CORNER
    x = round(inset * right)
    near, far = ((x, bottom), (right - x, 0)) if from_below else ((x, 0), (right - x, bottom))
    return (far, near, bool(mirrored)) if reversed_ else (near, far, bool(mirrored))


def _color(text: str) -> str:
    if not COLOR.fullmatch(text):
        raise ValueError(f"{text!r} is not a colour such as #1A2B3C")
    return f"0x{text[1:]}"


def _scaled(width: int, height: int, flags: str = "bicubic") -> Filter:
    return Filter(
        "scale",
        {
            "w": width,
            "h": height,
            "flags": flags,
            "out_color_matrix": "bt709",
            "out_range": "tv",
        },
    )


def clip(facts: ClipFacts, size: tuple[int, int], frames: int) -> str:
    """A clip at 30 fps in BT.709, cropped to fill; its last frame holds should it end early."""
    width, height = size
    cropped = Filter(
        "crop",
        {
            "w": f"trunc(min(iw,ih*{width}/{height})/2)*2",
            "h": f"trunc(min(ih,iw*{height}/{width})/2)*2",
        },
    )
    filters = [_as_tagged(facts)]
    if facts.pixel_aspect != 1:
        filters.append(Filter("scale", {"w": "trunc(iw*sar/2)*2", "h": "ih"}))
    filters += [SQUARE_PIXELS, cropped]
    filters += _to_standard_range(facts)
    sized = _scaled(width, height, "bicubic" if _matrix_of(facts) == "bt709" else EXACT)
    # scale the fewer frames: fps drops some of a fast clip's, and repeats some of a slow one's
    filters += [AT_FRAME_RATE, sized] if facts.frame_rate > FRAME_RATE else [sized, AT_FRAME_RATE]
    filters += [
        Filter("tpad", {"stop_mode": "clone", "stop": -1}),
        frames_between(0, frames),
        PLANAR_8_BIT,
        TAGGED,
        SQUARE_PIXELS,
        FROM_ZERO,
    ]
    return chain(*filters)


def _matrix_of(facts: ClipFacts) -> str:
    """The clip's matrix; what an untagged clip has by convention (swscale takes all for BT.601)."""
    return facts.matrix or ("bt709" if min(facts.width, facts.height) >= HD_LINES else "smpte170m")


def _as_tagged(facts: ClipFacts) -> Filter:
    """Say what colours a clip has, whether or not the file says so."""
    levels = "pc" if facts.full_range else "tv"
    return Filter("setparams", {"colorspace": _matrix_of(facts), "range": levels})


def _to_standard_range(facts: ClipFacts) -> list[Filter]:
    """Tone-map HDR, such as most telephones record, to BT.709."""
    if facts.transfer is None:
        return []
    return [
        Filter(
            "zscale",
            {"transferin": facts.transfer, "transfer": "linear", "npl": 100, "primariesin": "2020"},
        ),
        Filter("format", {"pix_fmts": "gbrpf32le"}),
        Filter("zscale", {"primaries": "709"}),
        Filter("tonemap", {"tonemap": "hable", "desat": 0}),
        Filter("zscale", {"transfer": "709", "matrix": "709", "range": "limited"}),
    ]


def still(frames: int) -> str:
    """Finished YUV frames from a pipe."""
    return chain(frames_between(0, frames), TAGGED, SQUARE_PIXELS, FROM_ZERO)


def segment(parts: list[str], first_frame: int, frames: int) -> str:
    """Parts in order, then all text in one pass of libass.

    ``parts`` are chains, each begun by its input's label where it has one. ``first_frame`` is
    where on the ASS track's clock this picture begins.
    """
    lines = [f"{part}[part{number}]" for number, part in enumerate(parts)]
    labels = "".join(f"[part{number}]" for number in range(len(parts)))
    joined = chain(
        Filter("concat", {"n": len(parts), "v": 1, "a": 0}),
        # concat counts in microseconds: back to whole frames, on the clock of the track
        Filter("settb", {"expr": f"1/{FRAME_RATE}"}),
        Filter("setpts", {"expr": f"N+{first_frame}"}),
        Filter("ass", {"filename": TRACK, "fontsdir": FONTS}),
        Filter("setpts", {"expr": "N"}),
        AT_FRAME_RATE,
        frames_between(0, frames),
        TAGGED,
    )
    return ";".join([*lines, f"{labels}{joined}[picture]"])


def frame_of_part(part: str, index: int, at: int) -> str:
    """Frame ``index`` of one part as RGB, with the track as it is at frame ``at``.

    The track is drawn in YCbCr, as in a video, since libass's colours follow the frame's tags;
    at full chroma resolution, which keeps coloured lettering sharp.
    """
    to_rgb = {"in_color_matrix": "bt709", "in_range": "tv", "flags": EXACT}
    drawn_on = chain(
        frames_between(index, index + 1),
        Filter("format", {"pix_fmts": "yuv444p"}),
        TAGGED,
        Filter("settb", {"expr": f"1/{FRAME_RATE}"}),
        Filter("setpts", {"expr": at}),
        Filter("ass", {"filename": TRACK, "fontsdir": FONTS}),
        Filter("scale", to_rgb),
        Filter("format", {"pix_fmts": "rgb24"}),
    )
    return f"{part},{drawn_on}[picture]"
