"""How pictures and sound are encoded: the options, and why each."""

from domain.generation.narration import FRAME_RATE, SAMPLE_RATE

GOP_FRAMES = 15
"""half a second, closed: what YouTube's upload specification asks for"""
B_FRAMES = 2
FOOTAGE_CRF = 22.8
"""0.2 under the usual 23: gives back the 0.15 VMAF that footage loses without x264's psy"""
DRAWN_CRF = 16
"""at 23 the encoder quantizes the dither away and the gradient's bands come back: CAMBI 14 to 18
against 4.5, as good as lossless, at 2.1 Mbit/s"""
AQ_VARIANCE, AQ_FOR_DARK = 1, 3
"""x264's adaptive quantization; 3 gives dark flat areas, where bands show most, more bits.

Weaker than x264's default it would save footage 5 % of the work at a better VMAF, and dark skies
would fall into bands (CAMBI 22.8 against 21.9).
"""
CEILING_BITS = 8_000_000
"""YouTube's rate for 1080p at 30 fps; more is thrown away when it transcodes"""
SOUND_BITS = 384_000
TRACK_TIMESCALE = 15_360
"""ticks a second of the MP4's video track: 512 to a frame"""

COLOR_TAGS = (
    *("-color_primaries", "bt709", "-color_trc", "bt709"),
    *("-colorspace", "bt709", "-color_range", "tv"),
)
REPEATABLE = ("-fflags", "+bitexact", "-flags", "+bitexact", "-map_metadata", "-1")
"""no version strings and dates: the same input gives the same bytes"""


def picture_options(threads: int, *, drawn: bool) -> list[str]:
    """H.264 High in MPEG-TS, whose segments join without a slip.

    ``drawn`` pictures are smooth gradients and lettering; footage hides what the encoder drops.
    """
    crf = DRAWN_CRF if drawn else FOOTAGE_CRF
    tuning = {
        # macroblock tree with a short look-ahead on superfast: the quality of veryfast at a
        # lower cost than its
        "rc-lookahead": 10,
        "mbtree": 1,
        "keyint": GOP_FRAMES,
        "min-keyint": GOP_FRAMES,
        "scenecut": 0,
        "open-gop": 0,
        "bframes": B_FRAMES,
        "b-adapt": 0,  # always both: 8 % less work than deciding, at 0.2 VMAF
        "b-pyramid": "none",
        "aq-mode": AQ_FOR_DARK if drawn else AQ_VARIANCE,
        # footage: superfast gains nothing by it for its tenth of the work (bytes -2 %)
        "psy": int(drawn),
        "vbv-maxrate": CEILING_BITS // 1000,
        "vbv-bufsize": 2 * CEILING_BITS // 1000,
    }
    return [
        *("-c:v", "libx264", "-preset", "superfast", "-crf", str(crf)),
        *("-x264-params", ":".join(f"{key}={value}" for key, value in tuning.items())),
        *("-profile:v", "high", "-pix_fmt", "yuv420p", "-threads", str(threads)),
        *COLOR_TAGS,
        *("-fps_mode", "passthrough", "-enc_time_base", f"1:{FRAME_RATE}", "-an", "-sn", "-dn"),
        *REPEATABLE,
        *("-muxdelay", "0", "-muxpreload", "0", "-f", "mpegts"),
    ]


def sound_options() -> list[str]:
    """AAC-LC in ADTS: no timestamps and no edit list that a join could get wrong."""
    return [
        *("-c:a", "aac", "-profile:a", "aac_low", "-aac_coder", "fast"),
        *("-b:a", str(SOUND_BITS), "-ar", str(SAMPLE_RATE), "-ac", "2", "-vn"),
        *REPEATABLE,
        *("-f", "adts"),
    ]


def movie_options() -> list[str]:
    """MP4 with its index first and without edit lists, whose absence every reader agrees on."""
    return [
        *("-c", "copy", "-video_track_timescale", str(TRACK_TIMESCALE)),
        *("-movflags", "+faststart+negative_cts_offsets", "-use_editlist", "0"),
        *REPEATABLE,
        *("-f", "mp4"),
    ]
