"""What every ``VisualSource`` does, on a source that holds a clip and a still of an octopus."""

from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image
from word_embedder import WordEmbedder

from adapters.media_folder import MediaFolder
from domain.errors import MediaNotFound, MediaUnreadable
from domain.generation.ports import VisualRequest, VisualSource
from domain.generation.relevance import Judge, label_of


def write_clip(path: Path, width: int = 320, height: int = 240, frames: int = 15) -> Path:
    """A clip of half a second at 30 frames a second."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(frames):
            picture = np.full((height, width, 3), number * 8 % 256, dtype=np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    return path


def write_still(path: Path, width: int = 640, height: int = 480) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (width, height), "#205080").save(path)
    return path


@pytest.fixture(params=["media_folder", "media_folder by meaning"])
def source(request: pytest.FixtureRequest, tmp_path: Path) -> VisualSource:
    folder = tmp_path / "media"
    write_clip(folder / "octopus-reef.mp4")
    write_still(folder / "octopus.jpg")
    write_still(folder / "steam_engine.png")
    (folder / "octopus-torn.mp4").write_bytes(b"not a film at all" * 100)
    judge = Judge(WordEmbedder() if "by meaning" in request.param else None)
    return MediaFolder(folder, judge=judge)


def ask(*terms: str, media: str | None = None) -> VisualRequest:
    return VisualRequest(
        terms=list(terms),
        media=media,
        milliseconds=3_000,
        width=1080,
        height=1920,
        sentence=" ".join(terms),
    )


async def test_what_fits_is_offered_best_first(source: VisualSource) -> None:
    found = await source.search(ask("octopus", "reef"))

    assert [candidate.name for candidate in found] == ["octopus-reef.mp4", "octopus.jpg"]
    assert 1 >= found[0].score > found[1].score > 0


async def test_candidates_say_what_they_are(source: VisualSource) -> None:
    clip, still = await source.search(ask("octopus", "reef"))

    assert (clip.type, clip.width, clip.height, clip.duration_ms) == ("clip", 320, 240, 500)
    assert (still.type, still.width, still.height, still.duration_ms) == ("still", 640, 480, 0)
    assert (clip.credit.what, still.credit.what) == ("clip", "still")


async def test_candidates_say_where_they_are_from_and_what_can_be_seen(
    source: VisualSource,
) -> None:
    for candidate in await source.search(ask("octopus", "reef")):
        assert candidate.source
        assert "octopus" in label_of(candidate)


async def test_the_same_request_gets_the_same_answer(source: VisualSource) -> None:
    assert await source.search(ask("octopus")) == await source.search(ask("octopus"))


@pytest.mark.parametrize("terms", [(), ("volcano",), ("",), ("the", "of"), ("🐙",)])
async def test_nothing_is_offered_where_nothing_fits(
    source: VisualSource, terms: tuple[str, ...]
) -> None:
    assert await source.search(ask(*terms)) == []


async def test_a_named_file_is_the_answer_whatever_the_terms_say(source: VisualSource) -> None:
    [candidate] = await source.search(ask("octopus", media="steam_engine.png"))

    assert (candidate.name, candidate.score) == ("steam_engine.png", 1.0)


async def test_an_unknown_name_is_not_found(source: VisualSource) -> None:
    with pytest.raises(MediaNotFound, match=r"octopus-reff\.mp4"):
        await source.search(ask(media="octopus-reff.mp4"))


async def test_a_damaged_file_is_passed_over_unless_it_is_named(source: VisualSource) -> None:
    assert all("torn" not in found.name for found in await source.search(ask("octopus", "torn")))

    with pytest.raises(MediaUnreadable, match=r"octopus-torn\.mp4"):
        await source.search(ask(media="octopus-torn.mp4"))


async def test_every_candidate_can_be_fetched_and_the_original_stays(
    source: VisualSource, tmp_path: Path
) -> None:
    target = tmp_path / "fetched"
    target.mkdir()
    for candidate in await source.search(ask("octopus")):
        path = await source.fetch(candidate, target)
        assert path.suffix == Path(candidate.name).suffix
        assert path.stat().st_size > 0
        path.unlink()

        again = await source.fetch(candidate, target)
        assert again.stat().st_size > 0


def test_a_source_has_an_identity(source: VisualSource) -> None:
    assert source.identity
