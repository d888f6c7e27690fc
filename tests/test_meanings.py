"""Which model of meanings the settings ask for, and what is said where there's none."""

from pathlib import Path

import pytest

from app import meanings
from app.config import load_settings
from app.meanings import make_embedder
from domain.errors import SettingsInvalid


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meanings, "find_weights", lambda: None)


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(meanings, "find_weights", lambda: tmp_path)


@pytest.mark.usefixtures("installed")
def test_one_model_serves_a_process_unless_keywords_are_asked_for() -> None:
    assert make_embedder("auto") is make_embedder("model") is not None
    assert make_embedder("keywords") is None


@pytest.mark.usefixtures("nothing_installed")
def test_without_the_model_keywords_do_unless_it_is_asked_for() -> None:
    assert make_embedder("auto") is make_embedder("keywords") is None
    with pytest.raises(SettingsInvalid, match="make relevance"):
        make_embedder("model")


@pytest.mark.usefixtures("nothing_installed")
def test_a_model_that_is_not_there_is_a_wrong_setting() -> None:
    assert load_settings({"RELEVANCE": "auto"}, None).relevance == "auto"
    with pytest.raises(SettingsInvalid, match="make relevance"):
        load_settings({"RELEVANCE": "model"}, None)


@pytest.mark.usefixtures("installed")
def test_a_model_that_is_there_can_be_asked_for() -> None:
    assert load_settings({"RELEVANCE": "model"}, None).relevance == "model"
