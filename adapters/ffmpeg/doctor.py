"""What of ffmpeg this adapter needs, and whether a build has it."""

import re
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from adapters.ffmpeg.confinement import has_no_network

NEEDED_FILTERS = (
    *("ass", "concat", "crop", "format", "fps", "gradients", "hflip", "scale", "setparams"),
    *("setpts", "settb", "setsar", "tpad", "trim", "zscale", "tonemap"),
    *("aformat", "alimiter", "ametadata", "amix", "amultiply", "apad", "asetpts", "atrim"),
    *("ebur128", "equalizer", "pan", "volume"),
)
NEEDED_ENCODERS = ("libx264", "aac")
NEEDED_MUXERS = ("mpegts", "mp4", "adts")
OPTIONAL_FILTERS = {"libvmaf": "`make bench` then can't measure VMAF"}
TIMEOUT_SECONDS = 30
SECOND_COLUMN = re.compile(r"^\s*[A-Z.|]{1,8}\s+([A-Za-z0-9_,]+)\s", re.MULTILINE)
FONT_CHOICE = re.compile(r"fontselect: \((?P<asked>[^,]+), \d+, \d+\) -> (?P<found>[^,\s]+)")


class FfmpegFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What ``faceless doctor`` says of an ffmpeg."""

    path: Path
    version: str
    missing: list[str]
    """needed and absent, such as ``filter gradients``: videos can't be made"""
    missing_optional: dict[str, str]
    """absent -> what can't be done without it"""
    has_no_network: bool
    """whether this system lets it be started without network"""


def examine(executable: Path, version: str) -> FfmpegFacts:
    """Ask an ffmpeg what it was built with; blocking, about 50 ms.

    Raises:
        OSError, subprocess.SubprocessError: it can't be run at all.
    """
    filters = _listed(executable, "-filters")
    found = {
        "filter": (filters, NEEDED_FILTERS),
        "encoder": (_listed(executable, "-encoders"), NEEDED_ENCODERS),
        "muxer": (_listed(executable, "-muxers"), NEEDED_MUXERS),
    }
    return FfmpegFacts(
        path=executable,
        version=version,
        missing=[
            f"{kind} {name}"
            for kind, (present, needed) in found.items()
            for name in needed
            if name not in present
        ],
        missing_optional={n: why for n, why in OPTIONAL_FILTERS.items() if n not in filters},
        has_no_network=has_no_network(),
    )


def missing_features(executable: Path) -> list[str]:
    """What a build lacks of what is needed, in words; blocking."""
    return examine(executable, version="").missing


def fonts_chosen(executable: Path, ass: str, fonts_dir: Path) -> dict[str, str]:
    """Draw a script's frame at time 0 and say which font libass took for each name; blocking.

    libass falls back to another font without an error. Where the name and the font differ, the
    font is missing from ``fonts_dir``.
    """
    with tempfile.TemporaryDirectory(prefix="faceless-fonts-") as name:
        folder = Path(name)
        (folder / "track.ass").write_text(ass, encoding="utf-8")
        (folder / "fonts").symlink_to(fonts_dir.absolute(), target_is_directory=True)
        source = "color=black:size=320x180:rate=30,ass=filename=track.ass:fontsdir=fonts"
        arguments = ["-v", "info", "-f", "lavfi", "-i", source, "-frames:v", "1"]
        told = _run([str(executable), "-nostdin", *arguments, "-f", "null", "-"], folder).stderr
    return {found["asked"]: found["found"] for found in FONT_CHOICE.finditer(told)}


def _listed(executable: Path, option: str) -> set[str]:
    """Names in the second column of one of ffmpeg's lists; aliases are separated by commas."""
    told = _run([str(executable), "-hide_banner", option], Path.cwd()).stdout
    return {name for names in SECOND_COLUMN.findall(told) for name in names.split(",")}


def _run(command: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own executable, no shell
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
        timeout=TIMEOUT_SECONDS,
    )
