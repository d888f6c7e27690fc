"""What every VideoEngine does: pictures to the frame, sound to the level, both in step."""

import asyncio
import io
import math
import subprocess
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import imageio_ffmpeg
import msgspec
import numpy as np
import numpy.typing as npt
import pytest
from av.video.frame import PictureType
from PIL import Image

from adapters.ffmpeg import FfmpegEngine
from domain.errors import MediaUnreadable, RenderFailed
from domain.generation.narration import FRAME_RATE, SAMPLE_RATE, SAMPLES_PER_FRAME
from domain.generation.packaging import Encoding
from domain.generation.ports import MixPlan, SegmentPlan, VideoEngine
from domain.generation.storyboard import (
    Backdrop,
    ClipBackdrop,
    DrawnBackdrop,
    Palette,
    StillBackdrop,
)

WIDTH, HEIGHT = 270, 480
PALETTE = Palette(
    name="night",
    ground="#0B1D3A",
    ground_to="#1B4965",
    ink="#FFFFFF",
    muted="#C8D4E0",
    accent="#FFB703",
)
CLIP, STILL = "c" * 64, "5" * 64

Floats = npt.NDArray[np.float64]


ENGINES: dict[str, Callable[[Path], VideoEngine]] = {
    "ffmpeg": lambda fonts: FfmpegEngine(fonts_dir=lambda: fonts),
}
"""Every engine, made with a folder of fonts."""


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> VideoEngine:
    fonts = tmp_path / "fonts"
    fonts.mkdir()
    return ENGINES[request.param](fonts)


def silent_progress(share: float) -> None:
    assert 0 <= share <= 1


def track(*events: str) -> str:
    """An ASS script over the whole frame."""
    return "\n".join(
        [
            "[Script Info]",
            "ScriptType: v4.00+",
            f"PlayResX: {WIDTH}",
            f"PlayResY: {HEIGHT}",
            "",
            "[V4+ Styles]",
            "Format: Name, Fontname, Fontsize, PrimaryColour, Alignment",
            "Style: Flat,Inter,40,&H00FFFFFF,7",
            "",
            "[Events]",
            "Format: Layer, Start, End, Style, Text",
            *events,
            "",
        ]
    )


def flash(first: int, end: int) -> str:
    """A white frame-filling rectangle from frame ``first`` to ``end`` (exclusive)."""

    def stamp(frame: int) -> str:
        seconds = max(0.0, (frame - 0.5) / FRAME_RATE)
        return f"0:{int(seconds // 60):02d}:{seconds % 60:05.2f}"

    shape = f"{{\\an7\\pos(0,0)\\p1}}m 0 0 l {WIDTH} 0 {WIDTH} {HEIGHT} 0 {HEIGHT}"
    return f"Dialogue: 0,{stamp(first)},{stamp(end)},Flat,{shape}"


def plan_of(*backdrops: tuple[int, Backdrop], ass: str = "") -> SegmentPlan:
    return SegmentPlan(
        width=WIDTH,
        height=HEIGHT,
        frames=sum(frames for frames, _ in backdrops),
        palette=PALETTE,
        backdrops=list(backdrops),
        ass=ass or track(),
    )


def drawn(frames: int, variant: int = 0) -> tuple[int, Backdrop]:
    return frames, DrawnBackdrop(variant=variant)


def make_clip(path: Path, *options: str, source: str = "testsrc2=s=320x180:r=25:d=2") -> Path:
    """A clip of a test source."""
    encoding = ["-c:v", "libx264", "-preset", "ultrafast", *options]
    ffmpeg("-v", "error", "-f", "lavfi", "-i", source, *encoding, "-y", path)
    return path


def ffmpeg(*arguments: str | Path) -> str:
    """Run ffmpeg itself; answers what it told on stderr."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stderr


def luma_of(path: Path) -> list[npt.NDArray[np.uint8]]:
    """Every decoded frame's luma."""
    with av.open(str(path)) as container:
        return [frame.to_ndarray()[: frame.height] for frame in container.decode(video=0)]


def read_sound(path: Path) -> Floats:
    """All samples as a reader decodes them who knows nothing of edit lists: (2, samples)."""
    with av.open(str(path), options={"ignore_editlist": "1"} if path.suffix == ".mp4" else {}) as c:
        return np.concatenate([f.to_ndarray() for f in c.decode(audio=0)], axis=1)


def write_pcm(path: Path, samples: Floats) -> Path:
    path.write_bytes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return path


def hum(seconds: float) -> Floats:
    """A modulated tone whose peaks, unlike noise's, no limiter touches at -14 LUFS."""
    at = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    tone = sum(np.sin(2 * np.pi * f * at + f) for f in (180, 360, 1_200)) / 20
    return tone * (0.7 + 0.3 * np.sin(2 * np.pi * 2.5 * at))


def voice_like(seconds: float, level: float = 0.1, seed: int = 1) -> Floats:
    """Noise in syllables."""
    at = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    noise = np.random.default_rng(seed).normal(0, level, len(at))
    return noise * np.abs(np.sin(2 * np.pi * 2.5 * at))


def mix_of(frames: int, speech: list[tuple[int, int]], level: float = -16) -> MixPlan:
    return MixPlan(
        narration=["0" * 64],
        frames=frames,
        speech=speech,
        music_level_lu=level,
        fade_in_ms=200,
        fade_out_ms=800,
    )


# -- segments --------------------------------------------------------------------------------


@pytest.mark.parametrize("frames", [1, 14, 15, 47])
async def test_a_segment_has_exactly_the_planned_frames(
    engine: VideoEngine, tmp_path: Path, frames: int
) -> None:
    out = tmp_path / "segment.ts"
    await engine.render_segment(plan_of(drawn(frames)), {}, out, silent_progress)
    assert len(luma_of(out)) == frames


async def test_backdrops_of_every_kind_follow_one_another_to_the_frame(
    engine: VideoEngine, tmp_path: Path
) -> None:
    clip = make_clip(tmp_path / "clip.mp4", source="color=white:s=320x180:r=25:d=2")
    Image.new("RGB", (400, 300), (0, 0, 0)).save(tmp_path / "still.png")
    plan = plan_of(
        drawn(13),
        (11, ClipBackdrop(media=CLIP, name="clip.mp4")),
        (17, StillBackdrop(media=STILL, name="still.png", variant=2)),
        drawn(9, variant=3),
    )
    out = tmp_path / "segment.ts"
    media = {CLIP: clip, STILL: tmp_path / "still.png"}
    await engine.render_segment(plan, media, out, silent_progress)
    frames = luma_of(out)
    white = [index for index, frame in enumerate(frames) if frame.mean() > 230]
    black = [index for index, frame in enumerate(frames) if frame.mean() < 18]
    assert (len(frames), white, black) == (50, list(range(13, 24)), list(range(24, 41)))


async def test_a_scene_of_very_many_clips_is_still_one_exact_segment(
    engine: VideoEngine, tmp_path: Path
) -> None:
    clip = make_clip(tmp_path / "clip.mp4")
    clips: list[tuple[int, Backdrop]] = [
        (7, ClipBackdrop(media=CLIP, name="clip.mp4", offset_ms=100 * n)) for n in range(9)
    ]
    plan = plan_of(*clips, ass=track(flash(50, 53)))
    out = tmp_path / "segment.ts"
    await engine.render_segment(plan, {CLIP: clip}, out, silent_progress)
    frames = luma_of(out)
    assert len(frames) == 63
    assert [n for n, frame in enumerate(frames) if frame.mean() > 230] == [50, 51, 52]


@pytest.mark.parametrize(
    ("rate", "seconds"), [("24", 0.5), ("25", 4), ("30000/1001", 1), ("60", 1)]
)
async def test_clips_of_any_rate_and_length_fill_their_place(
    engine: VideoEngine, tmp_path: Path, rate: str, seconds: float
) -> None:
    clip = make_clip(tmp_path / "clip.mp4", source=f"testsrc2=s=320x180:r={rate}:d={seconds}")
    plan = plan_of((61, ClipBackdrop(media=CLIP, name="clip.mp4", offset_ms=200)))
    out = tmp_path / "segment.ts"
    await engine.render_segment(plan, {CLIP: clip}, out, silent_progress)
    assert len(luma_of(out)) == 61


@pytest.mark.parametrize("offset_ms", [0, 1_300, 9_000])
async def test_a_clip_that_is_too_short_goes_on_moving(
    engine: VideoEngine, tmp_path: Path, offset_ms: int
) -> None:
    clip = make_clip(tmp_path / "clip.mp4", source="testsrc2=s=270x480:r=30:d=1.5")
    plan = plan_of((100, ClipBackdrop(media=CLIP, name="clip.mp4", offset_ms=offset_ms)))
    out = tmp_path / "segment.ts"
    await engine.render_segment(plan, {CLIP: clip}, out, silent_progress)
    frames = [frame.astype(np.int16) for frame in luma_of(out)]
    steps = [np.abs(b - a).mean() for a, b in pairwise(frames)]
    assert len(frames) == 100
    assert min(steps) > 0.2, f"it stands still at frame {int(np.argmin(steps))}"


async def test_text_appears_on_its_frame(engine: VideoEngine, tmp_path: Path) -> None:
    out = tmp_path / "segment.ts"
    plan = plan_of(drawn(60), ass=track(flash(7, 8), flash(31, 34), flash(59, 60)))
    await engine.render_segment(plan, {}, out, silent_progress)
    lit = [index for index, frame in enumerate(luma_of(out)) if frame.mean() > 200]
    assert lit == [7, 31, 32, 33, 59]


async def test_the_same_plan_gives_the_same_bytes_and_another_variant_others(
    engine: VideoEngine, tmp_path: Path
) -> None:
    Image.linear_gradient("L").convert("RGB").save(tmp_path / "still.png")
    still = StillBackdrop(media=STILL, name="still.png", variant=1)

    async def render(name: str, variant: int) -> bytes:
        out = tmp_path / name
        plan = plan_of(drawn(16, variant), (16, still))
        await engine.render_segment(plan, {STILL: tmp_path / "still.png"}, out, silent_progress)
        return out.read_bytes()

    first = await render("first.ts", 0)
    assert first == await render("second.ts", 0)
    assert first != await render("third.ts", 1)


async def test_segments_are_high_profile_bt709_with_closed_half_second_gops_and_two_b_frames(
    engine: VideoEngine, tmp_path: Path
) -> None:
    clip = make_clip(tmp_path / "clip.mp4", source="testsrc2=s=320x180:r=30:d=3")
    out = tmp_path / "segment.ts"
    plan = plan_of((75, ClipBackdrop(media=CLIP, name="clip.mp4")))
    await engine.render_segment(plan, {CLIP: clip}, out, silent_progress)
    with av.open(str(out)) as container:
        stream = container.streams.video[0]
        frames = list(container.decode(stream))
        context = stream.codec_context
        assert (stream.profile, context.pix_fmt) == ("High", "yuv420p")
        tags = (context.color_primaries, context.color_trc, context.colorspace)
        assert ([int(tag) for tag in tags], int(context.color_range)) == ([1, 1, 1], 1)
    kinds = "".join(PictureType(frame.pict_type).name for frame in frames)
    assert [n for n, frame in enumerate(frames) if frame.key_frame] == [0, 15, 30, 45, 60]
    assert "BB" in kinds
    assert "BBB" not in kinds
    assert all(kinds[n - 1] == "P" for n in (15, 30, 45, 60)), "a GOP ends on its own P frame"


async def test_untagged_small_and_tagged_large_clips_come_out_in_the_same_colours(
    engine: VideoEngine, tmp_path: Path
) -> None:
    """BT.601 by convention below 720 lines, BT.709 by its tag: the same red in both."""
    red = (
        "color=0xC03020:s={size}:r=30:d=1,format=gbrp,scale=out_color_matrix={matrix}:out_range=tv"
    )
    small = red.format(size="320x180", matrix="bt601") + ",format=yuv420p"
    small += ",setparams=colorspace=unknown:color_primaries=unknown:color_trc=unknown"
    large = red.format(size="1280x720", matrix="bt709") + ",format=yuv420p"
    large += ",setparams=colorspace=bt709"
    seen = []
    for name, source in [("small.mp4", small), ("large.mp4", large)]:
        clip = make_clip(tmp_path / name, "-crf", "4", source=source)
        out = tmp_path / f"{name}.png"
        plan = plan_of((5, ClipBackdrop(media=CLIP, name=name)))
        await engine.draw_still(plan, 2, {CLIP: clip}, out)
        seen.append(np.asarray(Image.open(out)).reshape(-1, 3).mean(axis=0))
    assert seen[0] == pytest.approx([0xC0, 0x30, 0x20], abs=3)
    assert seen[1] == pytest.approx([0xC0, 0x30, 0x20], abs=3)


async def test_progress_rises_to_one(engine: VideoEngine, tmp_path: Path) -> None:
    shares: list[float] = []
    out = tmp_path / "segment.ts"
    await engine.render_segment(plan_of(drawn(40), drawn(50)), {}, out, shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert len(shares) > 1


@pytest.mark.parametrize("name", ["noise.mp4", "list.m3u8", "empty.mp4", "silent.mp4"])
async def test_an_unreadable_clip_is_named_and_leaves_nothing_behind(
    engine: VideoEngine, tmp_path: Path, name: str
) -> None:
    clip = tmp_path / name
    content = {
        "noise.mp4": np.random.default_rng(2).bytes(50_000),
        "list.m3u8": b"#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n",
        "empty.mp4": b"",
    }
    if name in content:
        clip.write_bytes(content[name])
    else:
        ffmpeg("-v", "error", "-f", "lavfi", "-i", "sine=d=1", "-c:a", "aac", clip)
    work = tmp_path / "work"
    work.mkdir()
    plan = plan_of(drawn(5), (5, ClipBackdrop(media=CLIP, name=name)))
    with pytest.raises(MediaUnreadable, match=name):
        await engine.render_segment(plan, {CLIP: clip}, work / "segment.ts", silent_progress)
    assert list(work.iterdir()) == []


async def test_an_unreadable_still_is_named(engine: VideoEngine, tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    plan = plan_of((5, StillBackdrop(media=STILL, name="broken.png", variant=0)))
    with pytest.raises(MediaUnreadable, match=r"broken\.png"):
        await engine.render_segment(
            plan, {STILL: tmp_path / "broken.png"}, tmp_path / "s.ts", silent_progress
        )


async def test_a_plan_whose_backdrops_dont_fill_it_is_refused(
    engine: VideoEngine, tmp_path: Path
) -> None:
    plan = SegmentPlan(
        width=WIDTH,
        height=HEIGHT,
        frames=30,
        palette=PALETTE,
        backdrops=[drawn(29)],
        ass=track(),
    )
    with pytest.raises(RenderFailed, match="29 frames of a segment of 30"):
        await engine.render_segment(plan, {}, tmp_path / "s.ts", silent_progress)


async def test_hostile_names_of_folders_and_files_stay_names(
    engine: VideoEngine, tmp_path: Path
) -> None:
    folder = tmp_path / "it's, [a]:b;c %d\\=\n" / "x"
    folder.mkdir(parents=True)
    clip = make_clip(tmp_path / "clip.mp4").rename(folder / "'; -y %03d [0:v] .mp4")
    out = folder / "out.ts"
    plan = plan_of((8, ClipBackdrop(media=CLIP, name=clip.name)), ass=track(flash(2, 3)))
    await engine.render_segment(plan, {CLIP: clip}, out, silent_progress)
    assert [n for n, frame in enumerate(luma_of(out)) if frame.mean() > 230] == [2]


# -- stills ----------------------------------------------------------------------------------


async def test_a_still_is_the_frame_that_the_segment_shows(
    engine: VideoEngine, tmp_path: Path
) -> None:
    clip = make_clip(tmp_path / "clip.mp4")
    plan = plan_of(
        drawn(10), (20, ClipBackdrop(media=CLIP, name="clip.mp4")), ass=track(flash(25, 26))
    )
    await engine.render_segment(plan, {CLIP: clip}, tmp_path / "s.ts", silent_progress)
    rendered = luma_of(tmp_path / "s.ts")
    for frame in (4, 17, 24, 25):
        out = tmp_path / f"{frame}.jpg"
        await engine.draw_still(plan, frame, {CLIP: clip}, out)
        luma = np.asarray(Image.open(out)) @ [0.2126, 0.7152, 0.0722]
        as_video = 16 + luma * 219 / 255
        assert np.abs(as_video - rendered[frame]).mean() < 4, frame


async def test_a_frame_outside_of_the_plan_is_refused(engine: VideoEngine, tmp_path: Path) -> None:
    with pytest.raises(RenderFailed, match="Frame 30 is outside of a segment of 30 frames"):
        await engine.draw_still(plan_of(drawn(30)), 30, {}, tmp_path / "still.png")


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
async def test_even_the_hardest_still_stays_under_two_megabytes(
    engine: VideoEngine, tmp_path: Path, suffix: str
) -> None:
    noise = np.random.default_rng(3).integers(0, 255, (720, 1280, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "noise.png")
    plan = SegmentPlan(
        width=1280,
        height=720,
        frames=1,
        palette=PALETTE,
        backdrops=[(1, StillBackdrop(media=STILL, name="noise.png", variant=0))],
        ass=track(),
    )
    out = tmp_path / f"thumbnail{suffix}"
    await engine.draw_still(plan, 0, {STILL: tmp_path / "noise.png"}, out)
    assert out.stat().st_size <= 2_000_000
    with Image.open(io.BytesIO(out.read_bytes())) as picture:
        assert (picture.size, picture.format) == (
            (1280, 720),
            {".jpg": "JPEG", ".png": "PNG"}[suffix],
        )


# -- sound -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eleven seconds of chords and hiss whose second half is 8 dB louder."""
    at = np.arange(11 * SAMPLE_RATE) / SAMPLE_RATE
    sound = sum(np.sin(2 * np.pi * f * at) for f in (110, 277, 440, 660)) / 16
    sound += np.random.default_rng(4).normal(0, 0.02, len(at))
    sound[len(at) // 2 :] *= 10 ** (8 / 20)
    folder = tmp_path_factory.mktemp("music")
    raw = write_pcm(folder / "music.pcm", sound)
    made = folder / "music.flac"
    ffmpeg("-v", "error", "-f", "s16le", "-ar", "48000", "-ac", "1", "-i", raw, "-ac", "2", made)
    return made


async def test_the_sound_is_at_fourteen_lufs_under_its_peak_limit(
    engine: VideoEngine, tmp_path: Path, music: Path
) -> None:
    frames = 8 * FRAME_RATE
    voice = voice_like(8, level=0.4)
    voice[SAMPLE_RATE] = 1.0
    pcm = write_pcm(tmp_path / "voice.pcm", voice)
    plan = mix_of(frames, [(0, len(voice))])
    loudness = await engine.mix_sound(plan, [pcm], music, tmp_path / "sound", silent_progress)
    assert loudness.integrated_lufs == pytest.approx(-14, abs=0.5)
    assert loudness.true_peak_dbtp <= -1
    assert independent_loudness(tmp_path / "sound") == pytest.approx(-14, abs=0.5)


async def test_the_sound_is_aac_lc_stereo_at_48_khz_as_long_as_the_picture(
    engine: VideoEngine, tmp_path: Path
) -> None:
    frames = 101
    pcm = write_pcm(tmp_path / "voice.pcm", voice_like(frames / FRAME_RATE))
    out = tmp_path / "sound.aac"
    await engine.mix_sound(mix_of(frames, []), [pcm], None, out, silent_progress)
    with av.open(str(out)) as container:
        stream = container.streams.audio[0]
        assert (stream.codec.name, stream.profile) == ("aac", "LC")
        assert (stream.codec_context.sample_rate, stream.codec_context.channels) == (48_000, 2)
    assert 0 <= read_sound(out).shape[1] - frames * SAMPLES_PER_FRAME < SAMPLES_PER_FRAME


async def test_scenes_stand_at_their_samples(engine: VideoEngine, tmp_path: Path) -> None:
    clicks = [7, 20_011, 64_003]
    scenes, start = [], 0
    for number, frames in enumerate([20, 33, 52]):
        samples = np.zeros(frames * SAMPLES_PER_FRAME)
        samples[4_000 + clicks[number] % 1_000] = 0.9
        clicks[number] = start + 4_000 + clicks[number] % 1_000
        scenes.append(write_pcm(tmp_path / f"scene{number}.pcm", samples))
        start += len(samples)
    out = tmp_path / "sound.aac"
    await engine.mix_sound(mix_of(105, []), scenes, None, out, silent_progress)
    sound = np.abs(read_sound(out)[0])
    found = [click - 500 + int(np.argmax(sound[click - 500 : click + 500])) for click in clicks]
    assert found == pytest.approx(clicks, abs=1)


async def test_music_stays_sixteen_lu_under_the_voice_in_every_section_and_rises_between(
    engine: VideoEngine, tmp_path: Path, music: Path
) -> None:
    """The mix is linear up to the limiter: voice alone is taken from a mix without music."""
    seconds = 16
    speech = [
        (int(a * SAMPLE_RATE), int(b * SAMPLE_RATE)) for a, b in [(0.1, 5), (8, 10), (10.5, 14)]
    ]
    voice = np.zeros(seconds * SAMPLE_RATE)
    for a, b in speech:
        voice[a:b] = hum((b - a) / SAMPLE_RATE)
    pcm = write_pcm(tmp_path / "voice.pcm", voice)
    plan = mix_of(seconds * FRAME_RATE, speech)
    with_music, without = tmp_path / "with.aac", tmp_path / "without.aac"
    await engine.mix_sound(plan, [pcm], music, with_music, silent_progress)
    await engine.mix_sound(plan, [pcm], None, without, silent_progress)
    both, alone = read_sound(with_music), read_sound(without)
    speaking = alone[0, speech[0][0] : speech[0][1]]
    gain = np.dot(both[0, speech[0][0] : speech[0][1]], speaking) / np.dot(speaking, speaking)
    bed = both - gain * alone
    for a, b in [(0.5, 5), (8, 10), (10.5, 13.9)]:
        distance = loudness_of(gain * alone, a, b) - loudness_of(bed, a, b)
        assert distance == pytest.approx(16, abs=1.5), (a, b)
    assert loudness_of(bed, 6, 7.8) == pytest.approx(-24, abs=1.5)


async def test_a_sound_of_silence_is_allowed(engine: VideoEngine, tmp_path: Path) -> None:
    pcm = write_pcm(tmp_path / "voice.pcm", np.zeros(4 * SAMPLE_RATE))
    out = tmp_path / "sound.aac"
    loudness = await engine.mix_sound(mix_of(120, []), [pcm], None, out, silent_progress)
    assert loudness.integrated_lufs is None
    assert np.abs(read_sound(out)).max() < 1e-4


async def test_a_narration_of_another_length_than_the_picture_is_refused(
    engine: VideoEngine, tmp_path: Path
) -> None:
    pcm = write_pcm(tmp_path / "voice.pcm", np.zeros(SAMPLE_RATE + 1))
    with pytest.raises(RenderFailed, match="48001 samples"):
        await engine.mix_sound(mix_of(30, []), [pcm], None, tmp_path / "s", silent_progress)


def independent_loudness(path: Path) -> float:
    """Integrated loudness by another measuring filter than the adapter's."""
    told = ffmpeg("-i", path, "-af", "loudnorm=print_format=summary", "-f", "null", "-")
    line = next(line for line in told.splitlines() if line.startswith("Input Integrated"))
    return float(line.split()[2])


def loudness_of(sound: Floats, start: float, end: float) -> float:
    """Ungated loudness (LUFS) of a stretch, K-weighted in the frequency domain (BS.1770-4)."""
    part = sound[:, int(start * SAMPLE_RATE) : int(end * SAMPLE_RATE)]
    z = np.exp(-2j * np.pi * np.fft.rfftfreq(part.shape[1]))
    shelf = (1.53512485958697 - 2.69169618940638 * z + 1.19839281085285 * z**2) / (
        1 - 1.69065929318241 * z + 0.73248077421585 * z**2
    )
    highpass = (1 - 2 * z + z**2) / (1 - 1.99004745483398 * z + 0.99007225036621 * z**2)
    weighted = np.fft.irfft(np.fft.rfft(part) * shelf * highpass, n=part.shape[1])
    return -0.691 + 10 * math.log10((weighted**2).mean(axis=1).sum())


# -- the whole -------------------------------------------------------------------------------


LENGTHS = [17, 31, 8, 45, 23, 29, 11, 38]
"""frames of the movie's segments: few of them whole GOPs"""
FLASHES = [12, 60, 130, 190]
"""frames of the movie at which it flashes and clicks"""
MOVIE_FRAMES = sum(LENGTHS)


@pytest.fixture(params=ENGINES, scope="module")
def movie(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Segments of odd lengths with flashes, and a sound with clicks at the same instants."""
    folder = tmp_path_factory.mktemp("movie")
    return asyncio.run(make_movie(ENGINES[request.param](folder), folder))


async def make_movie(engine: VideoEngine, folder: Path) -> Path:
    segments, start = [], 0
    for number, frames in enumerate(LENGTHS):
        inside = [at - start for at in FLASHES if start <= at < start + frames]
        plan = plan_of(
            drawn(frames, number), ass=track(*(flash(at, min(at + 4, frames)) for at in inside))
        )
        segments.append(folder / f"segment{number}")
        await engine.render_segment(plan, {}, segments[-1], silent_progress)
        start += frames
    voice = np.zeros(start * SAMPLES_PER_FRAME)
    for at in FLASHES:
        voice[at * SAMPLES_PER_FRAME] = 0.8
    pcm = write_pcm(folder / "voice.pcm", voice)
    await engine.mix_sound(mix_of(start, []), [pcm], None, folder / "sound", silent_progress)
    facts = await engine.assemble(segments, folder / "sound", folder / "movie.mp4", silent_progress)
    (folder / "facts.json").write_bytes(msgspec.json.encode(facts))
    return folder / "movie.mp4"


def test_the_facts_of_a_movie_are_measured_on_it(movie: Path) -> None:
    facts = msgspec.json.decode(movie.with_name("facts.json").read_bytes(), type=Encoding)
    assert (facts.frames, facts.fps) == (MOVIE_FRAMES, 30)
    assert (facts.width, facts.height, facts.pixel_format) == (WIDTH, HEIGHT, "yuv420p")
    assert (facts.video_codec, facts.video_profile, facts.color) == ("h264", "High", "bt709")
    assert (facts.audio_codec, facts.sample_rate, facts.channels) == ("aac", 48_000, 2)
    assert abs(facts.duration_ms - MOVIE_FRAMES * 1000 / 30) < 1000 / 30
    assert facts.size == movie.stat().st_size


def test_a_click_and_a_flash_decode_within_a_millisecond(movie: Path) -> None:
    options = {"ignore_editlist": "1"}
    with av.open(str(movie), options=options) as container:
        stream = container.streams.video[0]
        assert stream.time_base is not None
        shown = [
            (float(frame.pts * stream.time_base), frame.to_ndarray()[:HEIGHT].mean())
            for frame in container.decode(stream)
        ]
    flashes = [
        time
        for (time, light), (_, before) in zip(shown[1:], shown, strict=False)
        if light > 200 > before
    ]
    with av.open(str(movie), options=options) as container:
        stream_start = next(container.decode(audio=0)).time
    sound = np.abs(read_sound(movie)[0])
    clicks = [
        stream_start
        + (
            int(at * SAMPLE_RATE)
            - 1_000
            + int(np.argmax(sound[int(at * SAMPLE_RATE) - 1_000 : int(at * SAMPLE_RATE) + 1_000]))
        )
        / SAMPLE_RATE
        for at in flashes
    ]
    assert len(flashes) == len(FLASHES)
    assert clicks == pytest.approx(flashes, abs=0.001)


def test_every_frame_stands_on_the_grid_across_all_joins(movie: Path) -> None:
    with av.open(str(movie)) as container:
        stream = container.streams.video[0]
        times = [frame.pts * stream.time_base for frame in container.decode(stream)]
    assert times == [Fraction(index, FRAME_RATE) for index in range(MOVIE_FRAMES)]


def test_sound_and_picture_are_equally_long_within_a_frame(movie: Path) -> None:
    samples = read_sound(movie).shape[1]
    assert abs(samples - MOVIE_FRAMES * SAMPLES_PER_FRAME) < SAMPLES_PER_FRAME


def test_the_index_comes_first_and_there_is_no_edit_list(movie: Path) -> None:
    data = movie.read_bytes()
    top = [kind for kind, _ in boxes(data)]
    assert top.index("moov") < top.index("mdat")
    found = all_boxes(data)
    assert "elst" not in found
    assert found.count("trak") == 2


def boxes(data: bytes) -> list[tuple[str, bytes]]:
    """ISO base media boxes, one level: type and payload."""
    found, at = [], 0
    while at + 8 <= len(data):
        size, head = int.from_bytes(data[at : at + 4], "big"), 8
        if size == 1:
            size, head = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        elif size == 0:
            size = len(data) - at
        found.append((data[at + 4 : at + 8].decode("latin-1"), data[at + head : at + size]))
        at += size
    return found


def all_boxes(data: bytes) -> list[str]:
    """Types of all boxes, containers opened."""
    names: list[str] = []
    for kind, payload in boxes(data):
        names.append(kind)
        if kind in {"moov", "trak", "edts", "mdia", "minf", "stbl"}:
            names += all_boxes(payload)
    return names


async def test_cancelling_any_work_leaves_no_file(engine: VideoEngine, tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    started = asyncio.Event()

    def report(_: float) -> None:
        started.set()

    plan = plan_of(drawn(20_000))
    task = asyncio.create_task(engine.render_segment(plan, {}, work / "segment.ts", report))
    await asyncio.wait_for(started.wait(), 60)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert list(work.iterdir()) == []


async def test_tools_are_named_with_their_versions(engine: VideoEngine) -> None:
    tools = engine.tools()
    assert tools
    assert all(version for version in tools.values())
    assert engine.identity == engine.identity


async def test_text_has_the_colour_that_was_asked_for(engine: VideoEngine, tmp_path: Path) -> None:
    amber = flash(0, 5).replace("\\p1}", "\\c&H03B7FF&\\p1}")
    await engine.draw_still(plan_of(drawn(5), ass=track(amber)), 2, {}, tmp_path / "amber.png")
    seen = np.asarray(Image.open(tmp_path / "amber.png"))[HEIGHT // 2, WIDTH // 2]
    assert seen.tolist() == pytest.approx([0xFF, 0xB7, 0x03], abs=3)
