"""Builds every filter graph, from typed values only.

No text of a user's and no path ever stands in a graph: ffmpeg runs inside a scratch folder, where
files have the fixed names below. Values are numbers, colours that are checked, and names from
the lists here; ``Filter`` escapes them all the same.
"""

import math
import re
from collections.abc import Mapping

import msgspec

from adapters.ffmpeg.probe import HD_HEIGHT, ClipFacts
from domain.generation.narration import FRAME_RATE, SAMPLE_RATE
from domain.generation.storyboard import DrawnBackdrop, Palette

# names inside the scratch folder
TRACK = "track.ass"
FONTS = "fonts"
LEVELS = "levels.txt"

COLOR = re.compile(r"#[0-9a-fA-F]{6}")
QUOTED_IN_OPTION = re.compile(r"([\\':])")
QUOTED_IN_GRAPH = re.compile(r"([\\'\[\],;])")

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

CENTRE_OF_PRESENCE_HZ = 2_828
"""geometric middle of 2 to 4 kHz, where consonants are told apart"""
PRESENCE_OCTAVES = 1.5
PRESENCE_CUT_DB = -3.0

LIMITER_ATTACK_MS = 5
LIMITER_RELEASE_MS = 50

OptionValue = str | int | float


class Filter(msgspec.Struct, frozen=True):
    """One filter with its options, written so that ffmpeg reads back exactly these values."""

    name: str
    options: Mapping[str, OptionValue] = {}

    def __str__(self) -> str:
        if not self.options:
            return self.name
        written = ":".join(f"{key}={_option(value)}" for key, value in self.options.items())
        return f"{self.name}=" + QUOTED_IN_GRAPH.sub(r"\\\1", written)


def _option(value: OptionValue) -> str:
    """An option's value with the first of ffmpeg's two levels of escaping."""
    text = f"{value:.9g}" if isinstance(value, float) else str(value)
    return QUOTED_IN_OPTION.sub(r"\\\1", text)


def chain(*filters: Filter) -> str:
    """Filters one after the other."""
    return ",".join(str(each) for each in filters)


# -- picture -----------------------------------------------------------------------------------

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
    return facts.matrix or ("bt709" if facts.height >= HD_HEIGHT else "smpte170m")


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


# -- sound -------------------------------------------------------------------------------------

STEREO = Filter(
    "aformat", {"sample_fmts": "fltp", "sample_rates": SAMPLE_RATE, "channel_layouts": "stereo"}
)
CENTRED = Filter("pan", {"args": "stereo|c0=c0|c1=c0"})


def _measured() -> list[Filter]:
    """Loudness every 100 ms (EBU R 128), written to the file ``LEVELS``."""
    return [
        Filter("ebur128", {"metadata": 1, "peak": "true"}),
        Filter("ametadata", {"mode": "print", "file": LEVELS}),
    ]


def _music_bed(samples: int) -> list[Filter]:
    """Music of a length, with room for speech between 2 and 4 kHz."""
    presence: dict[str, OptionValue] = {
        "frequency": CENTRE_OF_PRESENCE_HZ,
        "width_type": "o",
        "width": PRESENCE_OCTAVES,
        "gain": PRESENCE_CUT_DB,
    }
    return [
        STEREO,
        Filter("apad"),
        Filter("atrim", {"end_sample": samples}),
        Filter("asetpts", {"expr": "N"}),
        Filter("equalizer", presence),
    ]


def measured_voice() -> str:
    """Input 0, mono, as it will be heard."""
    return f"[0:a]{chain(CENTRED, STEREO, *_measured())}[heard]"


def measured_music(samples: int) -> str:
    """Input 0 as the bed it will be, before its gain."""
    return f"[0:a]{chain(*_music_bed(samples), *_measured())}[heard]"


def mixed(samples: int, voice_db: float, *, with_music: bool) -> str:
    """Voice (input 0, mono) over music (input 1) times its gain (input 2, mono)."""
    louder = Filter("volume", {"volume": f"{voice_db:.4f}dB", "precision": "float"})
    voice = f"[0:a]{chain(CENTRED, STEREO, louder)}[voice]"
    if not with_music:
        return f"{voice};[voice]{chain(*_measured())}[mix]"
    bed = f"[1:a]{chain(*_music_bed(samples))}[bed]"
    gain = f"[2:a]{chain(CENTRED, STEREO)}[gain]"
    ridden = f"[bed][gain]{chain(Filter('amultiply'))}[music]"
    both = Filter("amix", {"inputs": 2, "normalize": 0, "duration": "first"})
    return f"{voice};{bed};{gain};{ridden};[voice][music]{chain(both, *_measured())}[mix]"


def mastered(gain_db: float, ceiling_db: float, skip_samples: int, *, measured: bool) -> str:
    """Input 0 louder by ``gain_db``, its peaks held under ``ceiling_db``, its start left out."""
    limiter = {
        "limit": 10 ** (ceiling_db / 20),
        "attack": LIMITER_ATTACK_MS,
        "release": LIMITER_RELEASE_MS,
        "level": 0,  # no make-up gain: the loudness is corrected by measurement
        "latency": 1,  # the look-ahead's delay is taken out again
    }
    filters = [
        Filter("volume", {"volume": f"{gain_db:.4f}dB", "precision": "float"}),
        Filter("alimiter", limiter),
        Filter("atrim", {"start_sample": skip_samples}),
        Filter("asetpts", {"expr": "PTS-STARTPTS"}),
    ]
    if measured:
        filters += _measured()
    return f"[0:a]{chain(*filters)}[master]"


def measured_file() -> str:
    """Input 0 as it is."""
    return f"[0:a]{chain(*_measured())}[heard]"
