"""The user's own folder: what is found in it, what is refused, and what is said about it."""

import json
import logging
import struct
import time
import unicodedata
import zlib
from pathlib import Path

import av
import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from word_embedder import WordEmbedder

from adapters.media_folder import MediaFolder
from domain.errors import MediaNotFound, MediaUnreadable, StorageFull
from domain.generation.ports import VisualRequest
from domain.generation.relevance import Judge


def write_clip(path: Path, size: tuple[int, int] = (320, 240), frames: int = 15) -> Path:
    with av.open(str(path), "w") as container:
        codec = "libvpx" if path.suffix == ".webm" else "libx264"
        stream = container.add_stream(codec, rate=30)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for number in range(frames):
            picture = np.full((size[1], size[0], 3), number * 8 % 256, dtype=np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    return path


def write_still(path: Path, size: tuple[int, int] = (640, 480)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, "#205080").save(path)
    return path


def ask(*terms: str, media: str | None = None) -> VisualRequest:
    return VisualRequest(
        terms=list(terms), media=media, milliseconds=3_000, width=1080, height=1920
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "media"
    folder.mkdir()
    return folder


@pytest.fixture
def source(folder: Path) -> MediaFolder:
    return MediaFolder(folder)


async def names(source: MediaFolder, *terms: str) -> list[str]:
    return [candidate.name for candidate in await source.search(ask(*terms))]


# -- words ---------------------------------------------------------------------------------------


async def test_tags_and_credit_come_from_a_json_sidecar(folder: Path, source: MediaFolder) -> None:
    write_still(folder / "DSC_0042.jpg")
    sidecar = {
        "tags": ["octopuses", "coral reef"],
        "title": "Night dive",
        "author": "Ana Pérez",
        "license": "CC BY 4.0",
        "url": "https://example.org/42",
        "camera": "unknown fields are left alone",
    }
    (folder / "DSC_0042.json").write_text(json.dumps(sidecar))

    [candidate] = await source.search(ask("octopus"))

    credit = candidate.credit
    assert (credit.title, credit.author, credit.license) == ("Night dive", "Ana Pérez", "CC BY 4.0")
    assert credit.url == "https://example.org/42"
    assert credit.attribution_required


async def test_tags_come_from_a_text_sidecar(folder: Path, source: MediaFolder) -> None:
    write_still(folder / "a1.png")
    (folder / "a1.txt").write_text("lighthouse, storm\nocean", encoding="utf-8-sig")

    assert await names(source, "lighthouses") == ["a1.png"]
    assert await names(source, "ocean") == ["a1.png"]


async def test_sub_folders_name_their_files_too(folder: Path, source: MediaFolder) -> None:
    write_still(folder / "Volcanoes" / "lava" / "1.png")

    assert await names(source, "lava") == ["Volcanoes/lava/1.png"]


async def test_a_broken_sidecar_is_said_and_the_file_name_still_counts(
    folder: Path, source: MediaFolder
) -> None:
    write_still(folder / "octopus.jpg")
    (folder / "octopus.json").write_text('{"tags": "not a list"}')

    assert await names(source, "octopus") == ["octopus.jpg"]
    [(name, reason)] = source.problems()
    assert name == "octopus.json"
    assert "not a list" not in reason
    assert 'write it as {"tags"' in reason
    assert "onvert" not in reason


async def test_a_picture_that_is_none_is_said_with_the_way_out(
    folder: Path, source: MediaFolder
) -> None:
    (folder / "octopus.jpg").write_bytes(b"no picture")

    assert await names(source, "octopus") == []
    [(name, reason)] = source.problems()
    assert name == "octopus.jpg"
    assert "convert it to MP4" in reason


async def test_changes_are_seen_by_the_next_search(folder: Path, source: MediaFolder) -> None:
    write_still(folder / "octopus.jpg", (640, 480))
    [before] = await source.search(ask("octopus"))
    write_still(folder / "octopus.jpg", (800, 600))
    write_still(folder / "octopus2.jpg")
    (folder / "octopus2.txt").write_text("reef")

    first, second = await source.search(ask("octopus", "reef"))

    assert before.width == 640
    assert (first.name, second.width) == ("octopus2.jpg", 800)


async def test_at_most_twenty_are_offered(folder: Path, source: MediaFolder) -> None:
    for number in range(30):
        write_still(folder / f"octopus-{number:02}.png", (240, 240))

    assert await names(source, "octopus") == [f"octopus-{number:02}.png" for number in range(20)]


async def test_a_tiny_picture_is_used_only_when_it_is_named(
    folder: Path, source: MediaFolder
) -> None:
    write_still(folder / "octopus-icon.png", (64, 64))

    assert await names(source, "octopus") == []
    assert len(await source.search(ask(media="octopus-icon.png"))) == 1


async def test_by_meaning_a_file_is_found_without_a_word_in_common(folder: Path) -> None:
    write_still(folder / "tentacle.png")
    write_still(folder / "IMG_0042.jpg")
    (folder / "IMG_0042.txt").write_text("cephalopod")
    write_still(folder / "coins.png")
    source = MediaFolder(folder, judge=Judge(WordEmbedder()))

    found = await source.search(msgspec.structs.replace(ask("octopus"), sentence="Octopus!"))

    assert {one.name for one in found} == {"tentacle.png", "IMG_0042.jpg"}
    assert await names(MediaFolder(folder), "octopus") == []


async def test_scripts_in_other_languages_are_matched_by_words(folder: Path) -> None:
    write_still(folder / "Krake.png")
    source = MediaFolder(folder, judge=Judge(WordEmbedder()))

    found = await source.search(msgspec.structs.replace(ask("Krake"), language="de"))

    assert [one.name for one in found] == ["Krake.png"]


# -- what files are ------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["mp4", "mov", "mkv", "webm", "MP4"])
async def test_clips_have_size_and_length(folder: Path, source: MediaFolder, suffix: str) -> None:
    made = write_clip(folder / f"made.{suffix.lower()}")
    made.rename(folder / f"octopus.{suffix}")

    [clip] = await source.search(ask("octopus"))

    assert (clip.type, clip.width, clip.height) == ("clip", 320, 240)
    assert clip.duration_ms == pytest.approx(500, abs=40)


@pytest.mark.parametrize("suffix", ["jpg", "jpeg", "png", "webp"])
async def test_stills_have_size_and_no_length(
    folder: Path, source: MediaFolder, suffix: str
) -> None:
    write_still(folder / f"octopus.{suffix}")

    [still] = await source.search(ask("octopus"))

    assert (still.type, still.width, still.height) == ("still", 640, 480)
    assert still.duration_ms == 0


async def test_a_picture_taken_with_the_camera_turned_is_upright(
    folder: Path, source: MediaFolder
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (640, 480)).save(folder / "octopus.jpg", exif=exif)

    [still] = await source.search(ask("octopus"))

    assert (still.width, still.height) == (480, 640)


async def test_a_recording_without_a_stated_length_is_measured(
    folder: Path, source: MediaFolder
) -> None:
    path = folder / "octopus.mkv"
    with av.open(str(path), "w", format="matroska", options={"live": "1"}) as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for _ in range(30):
            frame = av.VideoFrame.from_ndarray(np.zeros((240, 320, 3), np.uint8), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with av.open(str(path)) as container:
        assert container.duration is None

    [clip] = await source.search(ask("octopus"))

    assert clip.duration_ms == pytest.approx(1000, abs=40)


# -- what is refused -----------------------------------------------------------------------------


async def test_without_a_folder_a_name_is_not_found_and_the_setting_is_named() -> None:
    source = MediaFolder(None)

    assert await source.search(ask("octopus")) == []
    with pytest.raises(MediaNotFound) as missing:
        await source.search(ask(media="octopus.mp4"))
    assert "MEDIA_DIR" in missing.value.hint_text


async def test_a_folder_that_isn_t_there_is_said(tmp_path: Path) -> None:
    source = MediaFolder(tmp_path / "gone")

    assert await source.search(ask("octopus")) == []
    assert "doesn't exist" in source.problems()[0][1]


async def test_an_unknown_name_names_the_folder_and_what_is_near(
    folder: Path, source: MediaFolder
) -> None:
    write_still(folder / "octopus.jpg")
    write_still(folder / "sea" / "octopus2.jpg")
    write_still(folder / "train.jpg")

    with pytest.raises(MediaNotFound) as missing:
        await source.search(ask(media="Octopus.jpeg"))

    assert str(folder) in missing.value.message
    assert missing.value.details["nearest"] == ["octopus.jpg", "sea/octopus2.jpg"]


@pytest.mark.parametrize(
    "media", ["../secret.png", "{outside}", "a/../../secret.png", "link.png", "linked/secret.png"]
)
async def test_nothing_outside_the_folder_can_be_named(
    folder: Path, source: MediaFolder, tmp_path: Path, media: str
) -> None:
    outside = write_still(tmp_path / "secret.png")
    (folder / "a").mkdir()
    (folder / "link.png").symlink_to(outside)
    (folder / "linked").symlink_to(tmp_path)

    with pytest.raises(MediaNotFound):
        await source.search(ask(media=media.format(outside=outside)))
    assert await names(source, "secret", "link", "linked") == []


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(media=st.text(min_size=1, max_size=255))
async def test_any_name_is_answered_by_a_domain_error(source: MediaFolder, media: str) -> None:
    with pytest.raises(MediaNotFound):
        await source.search(ask(media=media))


async def test_names_are_found_however_accents_are_spelt(folder: Path, source: MediaFolder) -> None:
    write_still(folder / unicodedata.normalize("NFD", "café.png"))

    [candidate] = await source.search(ask(media=unicodedata.normalize("NFC", "café.png")))

    assert candidate.name == unicodedata.normalize("NFC", "café.png")


async def test_a_format_that_can_t_be_shown_is_unreadable_when_named(
    folder: Path, source: MediaFolder
) -> None:
    (folder / "octopus.psd").write_bytes(b"8BPS")

    assert await names(source, "octopus") == []
    with pytest.raises(MediaUnreadable, match="format"):
        await source.search(ask(media="octopus.psd"))


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds no pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"")), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("side", [11_000, 60_000])
async def test_a_picture_that_would_fill_the_memory_is_refused_by_its_header(
    folder: Path, source: MediaFolder, side: int
) -> None:
    (folder / "bomb.png").write_bytes(png_header(side, side))
    started = time.process_time()

    with pytest.raises(MediaUnreadable, match="pixels"):
        await source.search(ask(media="bomb.png"))

    assert time.process_time() - started < 1


async def test_an_animated_picture_is_refused_with_the_way_out(
    folder: Path, source: MediaFolder
) -> None:
    frames = [Image.new("RGB", (300, 300), color) for color in ("red", "blue")]
    frames[0].save(folder / "octopus.webp", save_all=True, append_images=frames[1:])

    with pytest.raises(MediaUnreadable, match="convert it to MP4"):
        await source.search(ask(media="octopus.webp"))


async def test_torn_files_are_passed_over_and_each_is_said_once(
    folder: Path, source: MediaFolder, caplog: pytest.LogCaptureFixture
) -> None:
    whole = write_still(folder / "octopus.jpg").read_bytes()
    (folder / "octopus-torn.jpg").write_bytes(whole[: len(whole) // 2])
    (folder / "octopus-empty.png").touch()
    clip = write_clip(folder / "octopus-clip.mp4").read_bytes()
    (folder / "octopus-clip.mp4").write_bytes(clip[:60])
    (folder / "octopus-lie.mp4").write_bytes(b"\x7fELF" + bytes(5_000))

    with caplog.at_level(logging.WARNING):
        assert await names(source, "octopus") == ["octopus.jpg"]
        assert await names(source, "octopus") == ["octopus.jpg"]

    torn = ["octopus-clip.mp4", "octopus-empty.png", "octopus-lie.mp4", "octopus-torn.jpg"]
    assert [name for name, _ in source.problems()] == torn
    assert len(caplog.records) == len(torn)


@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
async def test_a_file_with_sound_alone_isn_t_a_clip(
    folder: Path, source: MediaFolder, suffix: str
) -> None:
    with av.open(str(folder / f"octopus{suffix}"), "w") as container:
        stream = container.add_stream("libopus", rate=48_000, layout="mono")
        frame = av.AudioFrame(format="s16", layout="mono", samples=4_800)
        frame.planes[0].update(bytes(9_600))
        frame.sample_rate = 48_000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))

    with pytest.raises(MediaUnreadable, match="no picture"):
        await source.search(ask(media=f"octopus{suffix}"))


# -- fetching ------------------------------------------------------------------------------------


async def test_fetching_copies_so_that_the_user_keeps_the_file(
    folder: Path, source: MediaFolder, tmp_path: Path
) -> None:
    original = write_still(folder / "octopus.jpg")
    [candidate] = await source.search(ask("octopus"))

    path = await source.fetch(candidate, tmp_path)

    assert path.read_bytes() == original.read_bytes()
    assert not path.samefile(original)


async def test_files_of_one_name_in_two_sub_folders_don_t_meet(
    folder: Path, source: MediaFolder, tmp_path: Path
) -> None:
    write_still(folder / "a" / "octopus.jpg")
    write_still(folder / "b" / "octopus.jpg")

    paths = {await source.fetch(c, tmp_path) for c in await source.search(ask("octopus"))}

    assert len(paths) == 2


async def test_a_file_taken_out_meanwhile_is_not_found(
    folder: Path, source: MediaFolder, tmp_path: Path
) -> None:
    path = write_still(folder / "octopus.jpg")
    [candidate] = await source.search(ask("octopus"))
    path.unlink()

    with pytest.raises(MediaNotFound, match=r"octopus\.jpg"):
        await source.fetch(candidate, tmp_path)


async def test_no_space_for_the_copy_is_said_so(
    folder: Path, source: MediaFolder, tmp_path: Path
) -> None:
    write_still(folder / "octopus.jpg")
    [candidate] = await source.search(ask("octopus"))
    target = tmp_path / "full"
    target.mkdir()
    # /dev/full answers every write with "no space left", as a full disk does.
    fetched = await source.fetch(candidate, target)
    fetched.unlink()
    fetched.symlink_to("/dev/full")

    with pytest.raises(StorageFull, match=r"octopus\.jpg"):
        await source.fetch(candidate, target)
