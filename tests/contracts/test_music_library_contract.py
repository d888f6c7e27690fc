"""What every ``MusicLibrary`` does, and what the bundled one and the user's folder add."""

import logging
import os
import time
import wave
from collections import Counter
from hashlib import sha256
from pathlib import Path

import av
import pytest

from adapters.music import BundledMusic, FolderMusic, MusicShelf
from domain.errors import MusicNotFound
from domain.generation.packaging import Credit
from domain.generation.ports import MusicLibrary, Track

UNKNOWN = Track(
    id="nowhere", mood="calm", title="x", seconds=1.0, credit=Credit(what="music", title="x")
)


def write_wave(path: Path, seconds: float) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8_000)
        file.writeframes(bytes(2 * round(seconds * 8_000)))
    return path


@pytest.fixture
def own_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "music"
    write_wave(folder / "theme.wav", 3.0)
    write_wave(folder / "Dreamy" / "waves.wav", 2.0)
    write_wave(folder / "none" / "trap.wav", 2.0)
    return folder


@pytest.fixture(params=["bundled", "folder", "shelf"])
def library(request: pytest.FixtureRequest, own_folder: Path) -> MusicLibrary:
    if request.param == "bundled":
        return BundledMusic()
    if request.param == "folder":
        return FolderMusic(own_folder)
    return MusicShelf([BundledMusic(), FolderMusic(own_folder)])


def test_every_track_has_a_file_that_plays_for_its_seconds(library: MusicLibrary) -> None:
    for track in library.tracks():
        with av.open(str(library.path(track))) as container:
            decoded = sum(frame.samples / frame.sample_rate for frame in container.decode(audio=0))
        assert decoded == pytest.approx(track.seconds, abs=0.1)


def test_ids_are_unique_and_the_order_is_stable(library: MusicLibrary) -> None:
    tracks = library.tracks()

    assert len({track.id for track in tracks}) == len(tracks) > 0
    assert library.tracks() == tracks


def test_every_track_is_credited_as_music_under_its_title(library: MusicLibrary) -> None:
    for track in library.tracks():
        assert track.credit.what == "music"
        assert track.credit.title == track.title != ""


def test_moods_are_lower_case_words_that_a_brief_can_ask_for(library: MusicLibrary) -> None:
    for track in library.tracks():
        assert track.mood == track.mood.lower().strip() != ""
        assert track.mood not in {"any", "none"}


def test_a_track_is_known_by_the_bytes_of_its_file(library: MusicLibrary) -> None:
    track = library.tracks()[0]

    assert library.digest(track) == sha256(library.path(track).read_bytes()).hexdigest()


def test_an_unknown_track_is_not_found(library: MusicLibrary) -> None:
    for look in (library.path, library.digest):
        with pytest.raises(MusicNotFound, match="nowhere"):
            look(UNKNOWN)


# -- bundled -------------------------------------------------------------------------------------


def test_the_bundled_tracks_are_28_in_five_moods() -> None:
    moods = Counter(track.mood for track in BundledMusic().tracks())

    assert moods == {"calm": 5, "energetic": 5, "happy": 6, "nostalgic": 6, "tender": 6}


def test_bundled_tracks_say_that_a_machine_made_them_and_quote_their_licence() -> None:
    for track in BundledMusic().tracks():
        assert track.credit.machine_made
        assert track.credit.license == "MIT"
        assert "released under the same MIT licence" in track.credit.proof
        assert "generated locally with ACE-Step" in track.credit.proof
        assert "\n" not in track.credit.proof


def test_listing_the_bundled_tracks_takes_less_than_a_third_of_a_second() -> None:
    library = BundledMusic()
    started = time.process_time()

    library.tracks()

    assert time.process_time() - started < 0.3


# -- the user's folder ---------------------------------------------------------------------------


def test_sub_folders_are_moods_and_reserved_words_are_not(own_folder: Path) -> None:
    moods = {track.title: track.mood for track in FolderMusic(own_folder).tracks()}

    assert moods == {"theme": "own", "waves": "dreamy", "trap": "own"}


def test_tags_inside_a_file_credit_its_maker(tmp_path: Path) -> None:
    path = tmp_path / "music" / "track01.flac"
    path.parent.mkdir()
    with av.open(str(path), "w") as container:
        container.metadata.update({"title": "Low Tide", "artist": "A. Fisher"})
        stream = container.add_stream("flac", rate=8_000, layout="mono")
        for frame_number in range(4):
            frame = av.AudioFrame(format="s16", layout="mono", samples=4_000)
            frame.planes[0].update(bytes(8_000))
            frame.sample_rate = 8_000
            frame.pts = frame_number * 4_000
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))

    [track] = FolderMusic(path.parent).tracks()

    assert (track.title, track.credit.author) == ("Low Tide", "A. Fisher")
    assert track.seconds == pytest.approx(2.0)
    assert not track.credit.machine_made


def test_what_isn_t_music_is_left_out_and_named_once(
    own_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (own_folder / "broken.mp3").write_bytes(b"these are not the bytes of a song")
    (own_folder / "notes.txt").write_text("buy strings")
    write_wave(own_folder / "click.wav", 0.1)
    library = FolderMusic(own_folder)

    with caplog.at_level(logging.WARNING):
        names = [track.title for track in library.tracks()]
        library.tracks()

    assert names == ["waves", "trap", "theme"]
    assert [name for name, _ in library.problems()] == ["broken.mp3", "click.wav"]
    assert len(caplog.records) == 2


def test_changes_in_the_folder_are_seen(own_folder: Path) -> None:
    library = FolderMusic(own_folder)
    [theme] = [track for track in library.tracks() if track.title == "theme"]

    write_wave(own_folder / "theme.wav", 5.0)
    os.utime(own_folder / "theme.wav", (1_000_000, 1_000_000))
    (own_folder / "Dreamy" / "waves.wav").unlink()

    after = {track.title: track.seconds for track in library.tracks()}
    assert theme.seconds == pytest.approx(3.0)
    assert after == {"theme": pytest.approx(5.0), "trap": pytest.approx(2.0)}


# -- the shelf -----------------------------------------------------------------------------------


def test_where_the_user_has_music_of_a_mood_it_alone_is_offered(tmp_path: Path) -> None:
    write_wave(tmp_path / "calm" / "mine.wav", 3.0)
    bundled = BundledMusic()
    shelf = MusicShelf([FolderMusic(tmp_path), bundled])

    assert [track.title for track in shelf.tracks() if track.mood == "calm"] == ["mine"]
    assert Counter(track.mood for track in shelf.tracks())["happy"] == 6


def test_a_track_that_was_hidden_since_it_was_chosen_still_has_its_file(tmp_path: Path) -> None:
    write_wave(tmp_path / "calm" / "mine.wav", 3.0)
    bundled = BundledMusic()
    [calm, *_] = [track for track in bundled.tracks() if track.mood == "calm"]

    assert MusicShelf([FolderMusic(tmp_path), bundled]).path(calm) == bundled.path(calm)


@pytest.mark.parametrize("folder", [None, Path("/no/such/folder")])
def test_without_a_folder_there_are_no_tracks(folder: Path | None) -> None:
    assert FolderMusic(folder).tracks() == []
    assert FolderMusic(folder).problems() == []
