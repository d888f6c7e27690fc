"""The doctor tells a build that can make videos from one that can't."""

from pathlib import Path

import imageio_ffmpeg

from adapters.ffmpeg import FfmpegEngine, fonts_chosen
from adapters.ffmpeg.confinement import has_no_network

TRACK = """[Script Info]
ScriptType: v4.00+
PlayResX: 320
PlayResY: 180

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour
Style: Flat,Surely Not Installed,40,&H00FFFFFF

[Events]
Format: Layer, Start, End, Style, Text
Dialogue: 0,0:00:00.00,0:00:01.00,Flat,Hello
"""


def stand_in(folder: Path, lists: str) -> Path:
    """An executable that answers like an ffmpeg with little in it."""
    script = folder / "ffmpeg"
    script.write_text(f"#!/bin/sh\ncat <<'END'\n{lists}\nEND\n")
    script.chmod(0o755)
    return script


def test_the_bundled_build_has_everything(tmp_path: Path) -> None:
    facts = FfmpegEngine(tmp_path).doctor_facts()
    assert facts.missing == []
    assert facts.path == Path(imageio_ffmpeg.get_ffmpeg_exe())
    assert facts.version


def test_what_a_build_lacks_is_named(tmp_path: Path) -> None:
    script = stand_in(tmp_path, " .. scale  V->V  Scale.\n V....D libx264  H.264\n  E mp4  MP4")
    facts = FfmpegEngine(tmp_path, executable=script).doctor_facts()
    assert "filter ass" in facts.missing
    assert "encoder aac" in facts.missing
    assert "muxer mpegts" in facts.missing
    assert not {"filter scale", "encoder libx264", "muxer mp4"} & set(facts.missing)
    assert "libvmaf" in facts.missing_optional


def test_whether_it_runs_without_network_is_said(tmp_path: Path) -> None:
    assert FfmpegEngine(tmp_path).doctor_facts().has_no_network == has_no_network()


def test_a_font_that_libass_replaced_is_seen(tmp_path: Path) -> None:
    chosen = fonts_chosen(Path(imageio_ffmpeg.get_ffmpeg_exe()), TRACK, tmp_path)
    assert "Surely Not Installed" not in chosen.values()
    assert set(chosen) <= {"Surely Not Installed"}
