"""Secrets at rest: unreadable without the key, and nowhere but where they belong."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from adapters.cryptography import KEY_FILE, AesSealer, key_of_file
from domain.errors import SecretUnreadable, StorageFull

KEY, NEWER = b"k" * 32, b"n" * 40
SECRET = b"whsec canary"


def test_what_was_sealed_comes_back() -> None:
    sealed = AesSealer(lambda: [KEY]).seal(SECRET, "webhook 1")
    assert AesSealer(lambda: [KEY]).unseal(sealed, "webhook 1") == SECRET
    assert "canary" not in sealed
    assert sealed.isascii()


def test_no_two_seals_look_alike() -> None:
    sealer = AesSealer(lambda: [KEY])
    assert len({sealer.seal(SECRET, "webhook 1") for _ in range(50)}) == 50


def test_a_sealed_secret_opens_only_where_it_belongs() -> None:
    sealer = AesSealer(lambda: [KEY])
    with pytest.raises(SecretUnreadable):
        sealer.unseal(sealer.seal(SECRET, "webhook 1"), "webhook 2")


@pytest.mark.parametrize("sealed", ["", "s1.", "s1.AAAA", "s1.***", "s2.AAAA", "canary"])
def test_what_was_never_sealed_is_refused(sealed: str) -> None:
    with pytest.raises(SecretUnreadable):
        AesSealer(lambda: [KEY]).unseal(sealed, "webhook 1")


def test_a_change_of_one_character_is_noticed() -> None:
    sealer = AesSealer(lambda: [KEY])
    sealed = sealer.seal(SECRET, "webhook 1")
    changed = sealed[:20] + ("A" if sealed[20] != "A" else "B") + sealed[21:]
    with pytest.raises(SecretUnreadable):
        sealer.unseal(changed, "webhook 1")


def test_a_newer_key_seals_while_the_older_still_opens() -> None:
    sealed = AesSealer(lambda: [KEY]).seal(SECRET, "webhook 1")
    both = AesSealer(lambda: [NEWER, KEY])
    assert both.unseal(sealed, "webhook 1") == SECRET
    with pytest.raises(SecretUnreadable, match="another SECRET_KEY"):
        AesSealer(lambda: [KEY]).unseal(both.seal(SECRET, "webhook 1"), "webhook 1")


def test_the_key_is_asked_for_only_when_it_is_needed() -> None:
    def never() -> list[bytes]:
        raise AssertionError

    AesSealer(never)


def test_a_key_file_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    key = key_of_file(tmp_path)
    assert len(key) == 64
    assert key_of_file(tmp_path) == key
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == [KEY_FILE]


def test_all_that_make_the_key_file_at_the_same_time_get_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as threads:
        keys = set(threads.map(key_of_file, [tmp_path] * 64))
    assert len(keys) == 1


def test_a_key_file_that_holds_no_key_is_named(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).write_text("\n")
    with pytest.raises(SecretUnreadable, match=KEY_FILE):
        key_of_file(tmp_path)


def test_a_key_that_cannot_be_written_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageFull, match=KEY_FILE):
        key_of_file(tmp_path / "file" / "folder")
