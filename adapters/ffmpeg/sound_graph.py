"""Filter graphs of the sound: what is measured, mixed and brought to its loudness."""

from adapters.ffmpeg.filters import Filter, OptionValue, chain
from domain.generation.narration import SAMPLE_RATE

LEVELS = "levels.txt"
"""name inside the scratch folder"""

CENTRE_OF_PRESENCE_HZ = 2_828
"""geometric middle of 2 to 4 kHz, where consonants are told apart"""
PRESENCE_OCTAVES = 1.5
PRESENCE_CUT_DB = -3.0

LIMITER_ATTACK_MS = 5
LIMITER_RELEASE_MS = 50

STEREO = Filter(
    "aformat", {"sample_fmts": "fltp", "sample_rates": SAMPLE_RATE, "channel_layouts": "stereo"}
)
CENTRED = Filter("pan", {"args": "stereo|c0=c0|c1=c0"})


def _measured(*, peaks: bool = False) -> list[Filter]:
    """Loudness every 100 ms (EBU R 128), written to the file ``LEVELS``.

    True peaks cost four times the rest: they are asked for where they decide something.
    """
    return [
        Filter("ebur128", {"metadata": 1, "peak": "true" if peaks else "none"}),
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
        filters += _measured(peaks=True)
    return f"[0:a]{chain(*filters)}[master]"


def measured_file() -> str:
    """Input 0 as it is."""
    return f"[0:a]{chain(*_measured(peaks=True))}[heard]"
