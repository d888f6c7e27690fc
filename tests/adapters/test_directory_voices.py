"""Files that outlive a process: measured paces, and services' lists of voices."""

from pathlib import Path

from adapters.directory import DirectoryPaces, DirectoryVoiceLists
from domain.generation.narration import SAMPLE_RATE
from domain.generation.service_voices import ListedVoice

MINUTE = SAMPLE_RATE * 60


def test_a_pace_is_known_once_enough_was_heard_and_from_the_next_start_on(tmp_path: Path) -> None:
    file = tmp_path / "cache" / "paces.json"
    paces = DirectoryPaces(file)
    assert paces.pace("x:y", "en") is None
    paces.heard("x:y", "en", 160, MINUTE)
    assert DirectoryPaces(file).pace("x:y", "en") is None
    paces.heard("x:y", "en", 160, MINUTE)
    assert paces.pace("x:y", "en") is None  # a job that is under way keeps its speed
    assert DirectoryPaces(file).pace("x:y", "en") == 160.0
    assert DirectoryPaces(file).pace("x:y", "de") is None


def test_a_pace_in_use_stays_until_the_voice_is_well_off_it(tmp_path: Path) -> None:
    file = tmp_path / "paces.json"
    paces = DirectoryPaces(file)
    paces.heard("x:y", "en", 320, 2 * MINUTE)
    paces.heard("x:y", "en", 330, 2 * MINUTE)
    assert DirectoryPaces(file).pace("x:y", "en") == 160.0
    for _ in range(20):
        paces.heard("x:y", "en", 400, 2 * MINUTE)
    assert DirectoryPaces(file).pace("x:y", "en") > 168.0  # type: ignore[operator]


def test_two_processes_note_into_one_file(tmp_path: Path) -> None:
    file = tmp_path / "paces.json"
    one, other = DirectoryPaces(file), DirectoryPaces(file)
    one.heard("x:y", "en", 160, MINUTE)
    other.heard("x:y", "en", 160, MINUTE)
    assert DirectoryPaces(file).pace("x:y", "en") == 160.0


def test_a_spoilt_file_is_begun_anew(tmp_path: Path) -> None:
    file = tmp_path / "paces.json"
    file.write_text("{not json")
    DirectoryPaces(file).heard("x:y", "en", 400, 2 * MINUTE)
    assert DirectoryPaces(file).pace("x:y", "en") == 200.0


def test_a_pace_that_cant_be_written_costs_no_sentence(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    paces = DirectoryPaces(tmp_path / "cache" / "paces.json")
    paces.heard("x:y", "en", 400, 2 * MINUTE)
    assert paces.pace("x:y", "en") is None


def test_lists_are_kept_by_service(tmp_path: Path) -> None:
    lists = DirectoryVoiceLists(tmp_path / "lists")
    assert lists.get("edge") is None
    voices = [ListedVoice(id="a", name="A", language="en", languages=["de"])]
    lists.put("edge", voices)
    assert lists.get("edge") == DirectoryVoiceLists(tmp_path / "lists").get("edge") == voices
    lists.put("edge", [])
    assert lists.get("edge") == []
    assert lists.get("elevenlabs") is None
