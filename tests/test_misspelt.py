"""Settings that nobody hears, since their names are not quite right."""

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from app.doctor import examine_settings
from app.misspelt import misspelt_settings, warn_of_misspelt_settings

EXAMPLE = Path(__file__).parent.parent / ".env.example"


@pytest.mark.parametrize(
    ("line", "near"),
    [
        ("NARRATOR=piper", "NARRATORS"),
        ("OPENAI_SPEECH_URL=http://127.0.0.1:9/v1", "OPENAI_SPEECH_BASE_URL"),
        ("database_url=sqlite:///x.db", "DATABASE_URL"),
        ("export PORTS=8001", "PORT"),
        ("POSTGRES_PASSWORD=s3cret", None),
        ("FACELESS_KEY=fk_1_2", None),
        ("FACELESS_PASSWORD=s3cret", None),
        ("COMPOSE_PROJECT_NAME=faceless", None),
        ("# NARRATOR=piper", None),
        ("PORT=8001", None),
    ],
)
def test_a_name_that_is_nearly_a_setting_s_is_told(
    line: str, near: str | None, tmp_path: Path
) -> None:
    env = tmp_path / ".env"
    env.write_text(line + "\n")
    assert list(misspelt_settings(env).values()) == ([] if near is None else [near])


def test_the_example_names_settings_only() -> None:
    assert misspelt_settings(EXAMPLE) == {}


def test_the_doctor_and_whoever_starts_say_so_and_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(".env").write_text("NARRATOR=openai\nPORT=8123\n")
    settings, [finding] = examine_settings()
    assert settings is not None
    assert settings.port == 8123
    assert finding.ok
    assert finding.hint == "NARRATOR in .env is no setting: did you mean NARRATORS?"
    with capture_logs() as lines:
        warn_of_misspelt_settings()
    assert [line["names"] for line in lines] == [finding.hint]
    Path(".env").unlink()
    with capture_logs() as lines:
        warn_of_misspelt_settings()
    assert lines == []
