"""Settings: documented, checked all at once, and embedded by default."""

from pathlib import Path

import msgspec
import pytest
from dotenv import dotenv_values

import app.config
from app.config import Settings, load_settings
from domain.errors import SettingsInvalid

EXAMPLE = Path(__file__).parent.parent / ".env.example"
NAMES = [field.encode_name for field in msgspec.structs.fields(Settings)]


def test_nothing_set_means_everything_embedded() -> None:
    settings = load_settings({}, None)
    assert settings == Settings()
    assert settings.sql_url == f"sqlite+aiosqlite:///{Path.cwd() / 'var' / 'faceless.db'}"
    assert settings.embedded_worker
    assert (settings.mongodb_url, settings.redis_url) == ("", "")


def test_the_example_names_every_setting_and_nothing_else() -> None:
    assert sorted(dotenv_values(EXAMPLE)) == sorted(NAMES)
    assert {"MONGODB_URL", "DATABASE_URL", "REDIS_URL"} <= set(NAMES)


def test_the_example_as_it_stands_is_the_defaults() -> None:
    assert load_settings({}, EXAMPLE) == Settings()


def test_every_setting_of_the_example_is_explained() -> None:
    explained = False
    for line in EXAMPLE.read_text(encoding="utf-8").splitlines():
        if not line:
            explained = False
        elif line.startswith("#"):
            explained = True
        else:
            assert explained, line


def test_the_environment_goes_over_the_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORT=1234\nLOG_LEVEL=debug\n")
    settings = load_settings({"PORT": "4321"}, tmp_path / ".env")
    assert (settings.port, settings.log_level) == (4321, "debug")


def test_a_missing_file_is_no_error(tmp_path: Path) -> None:
    assert load_settings({}, tmp_path / ".env") == Settings()


def test_unknown_and_empty_variables_are_ignored() -> None:
    assert load_settings({"PATH": "/bin", "PORTS": "x", "PORT": " "}, None) == Settings()


def test_every_wrong_variable_is_named_at_once() -> None:
    with pytest.raises(SettingsInvalid) as raised:
        load_settings({"PORT": "0", "LOG_LEVEL": "loud", "LEASE_SECONDS": "soon"}, None)
    for name in ("PORT", "LOG_LEVEL", "LEASE_SECONDS"):
        assert name in raised.value.message


def test_who_is_served_is_one_of_two_words() -> None:
    assert load_settings({"AUTH": "required"}, None).auth == "required"
    with pytest.raises(SettingsInvalid, match="AUTH"):
        load_settings({"AUTH": "none"}, None)


def test_paths_are_absolute_whatever_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home" / "clips").mkdir(parents=True)
    settings = load_settings({"DATA_DIR": "data", "MEDIA_DIR": "~/clips"}, None)
    assert settings.data_dir == tmp_path / "data"
    assert settings.media_dir == tmp_path / "home" / "clips"
    assert settings.cache_dir == tmp_path / "data" / "cache"


def test_folders_that_are_not_there_are_all_named(tmp_path: Path) -> None:
    file = tmp_path / "song.mp3"
    file.write_bytes(b"")
    given = {"MEDIA_DIR": "/nope", "MUSIC_DIR": str(file), "VOICE_DIR": "~nobody-here/voices"}
    with pytest.raises(SettingsInvalid) as raised:
        load_settings(given, None)
    assert raised.value.problems == [
        f"{name}={folder}: there is no such folder" for name, folder in given.items()
    ]


def test_the_data_folder_may_still_have_to_be_made(tmp_path: Path) -> None:
    assert load_settings({"DATA_DIR": str(tmp_path / "new")}, None).data_dir == tmp_path / "new"


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("postgresql://u:p@h/n", "postgresql+asyncpg://u:p@h/n"),
        ("postgres://u:p@h/n", "postgresql+asyncpg://u:p@h/n"),
        ("sqlite:////tmp/x.db", "sqlite+aiosqlite:////tmp/x.db"),
    ],
)
def test_a_database_is_named_as_people_do(url: str, driver: str) -> None:
    assert load_settings({"DATABASE_URL": url}, None).sql_url == driver


def test_a_database_nobody_knows_is_refused_without_telling_its_password() -> None:
    with pytest.raises(SettingsInvalid) as raised:
        load_settings({"DATABASE_URL": "mysql://u:geheim@h/n"}, None)
    assert "DATABASE_URL" in raised.value.message
    assert "geheim" not in raised.value.message


def test_an_at_in_a_database_s_password_has_to_be_encoded() -> None:
    """Half of such a password would pass for the host, and be printed as such."""
    url = "postgresql://u:{}@h/n?host=/run/with@sign"
    assert load_settings({"DATABASE_URL": url.format("ge%40heim")}, None)
    with pytest.raises(SettingsInvalid) as raised:
        load_settings({"DATABASE_URL": url.format("ge@heim")}, None)
    assert "DATABASE_URL" in raised.value.message
    assert "%40" in raised.value.message
    assert "heim" not in raised.value.message


@pytest.mark.parametrize(
    "periods",
    [
        {"LEASE_SECONDS": "15"},
        {"RENEW_SECONDS": "20"},
        {"GIVE_UP_SECONDS": "30"},
    ],
)
def test_a_lease_outlives_the_worker_that_gives_up(periods: dict[str, str]) -> None:
    with pytest.raises(SettingsInvalid, match="LEASE_SECONDS"):
        load_settings(periods, None)


def test_a_short_secret_key_is_refused_and_not_repeated() -> None:
    long = "k" * 32
    with pytest.raises(SettingsInvalid) as refused:
        load_settings({"SECRET_KEY": f"{long}, swordfish"}, None)
    assert "SECRET_KEY" in str(refused.value)
    assert "swordfish" not in str(refused.value)
    settings = load_settings({"SECRET_KEY": f"{long}, {long[:-1]}x"}, None)
    assert settings.secret_keys == [b"k" * 32, b"k" * 31 + b"x"]


def test_a_secret_key_of_commas_is_no_key() -> None:
    with pytest.raises(SettingsInvalid, match="SECRET_KEY"):
        load_settings({"SECRET_KEY": " , "}, None)
    assert load_settings({"SECRET_KEY": " "}, None).secret_keys == []


def test_what_is_no_network_and_no_host_is_named() -> None:
    load_settings({"ALLOW_PRIVATE_URLS": "10.0.0.0/8, hooks.internal, 127.0.0.1"}, None)
    for name in ("ALLOW_PRIVATE_URLS", "ALLOW_PRIVATE_SOURCES"):
        with pytest.raises(SettingsInvalid, match=rf"{name}.*10\.0\.0\.0/99"):
            load_settings({name: "10.0.0.0/99"}, None)


def test_a_star_import_gives_what_is_needed() -> None:
    assert app.config.__all__ == ["Settings", "load_settings"]


KEYS = {"S3_ACCESS_KEY": "AKID", "S3_SECRET_KEY": "geheim"}
BUCKET = {"ARTIFACTS_URL": "s3://artifacts/faceless", **KEYS}


@pytest.mark.parametrize(
    "bucket",
    [
        {"ARTIFACTS_URL": "s3://artifacts"},
        {**BUCKET, "S3_ENDPOINT_URL": "http://minio:9000", "S3_SIGNED_URLS": "true"},
        {**BUCKET, "S3_PUBLIC_ENDPOINT_URL": "https://files.example.org", "S3_REGION": "auto"},
    ],
)
def test_a_bucket_is_named_as_people_do(bucket: dict[str, str]) -> None:
    assert load_settings(bucket, None).artifacts_url == bucket["ARTIFACTS_URL"]


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"ARTIFACTS_URL": "/srv/artifacts"}, "ARTIFACTS_URL"),
        ({"ARTIFACTS_URL": "s3://"}, "ARTIFACTS_URL"),
        ({"ARTIFACTS_URL": "s3://Bucket_Name"}, "ARTIFACTS_URL"),
        ({"ARTIFACTS_URL": "s3://key:geheim@bucket"}, "ARTIFACTS_URL"),
        ({**BUCKET, "S3_ENDPOINT_URL": "minio:9000"}, "S3_ENDPOINT_URL"),
        ({**BUCKET, "S3_ENDPOINT_URL": "http://key:geheim@minio:9000"}, "S3_ENDPOINT_URL"),
        ({**BUCKET, "S3_ENDPOINT_URL": "http://minio:port"}, "S3_ENDPOINT_URL"),
        ({**BUCKET, "S3_PUBLIC_ENDPOINT_URL": "files"}, "S3_PUBLIC_ENDPOINT_URL"),
        ({**KEYS, "S3_ENDPOINT_URL": "http://minio:9000"}, "ARTIFACTS_URL"),
        ({**KEYS, "S3_SIGNED_URLS": "true"}, "ARTIFACTS_URL"),
        ({"ARTIFACTS_URL": "s3://artifacts", "S3_SIGNED_URLS": "true"}, "S3_ACCESS_KEY"),
        ({"ARTIFACTS_URL": "s3://artifacts", "S3_SECRET_KEY": "geheim"}, "S3_ACCESS_KEY"),
        ({**BUCKET, "S3_REGION": "Frankfurt am Main"}, "S3_REGION"),
        ({**BUCKET, "ARTIFACT_CACHE_BYTES": "-1"}, "ARTIFACT_CACHE_BYTES"),
    ],
)
def test_what_a_bucket_lacks_is_named_and_no_key_told(given: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsInvalid) as raised:
        load_settings(given, None)
    [problem] = raised.value.problems
    assert named in problem
    assert "geheim" not in problem


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith("_API_KEY")])
@pytest.mark.parametrize("key", ["two words", "schlüssel", "a,b\u200b"])
def test_a_key_that_can_t_be_sent_is_refused_and_not_repeated(name: str, key: str) -> None:
    with pytest.raises(SettingsInvalid, match=name) as refused:
        load_settings({name: key}, None)
    assert key not in str(refused.value)


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith("_BASE_URL")])
@pytest.mark.parametrize("url", ["api.pexels.com", "ftp://host", "https://user:geheim@host"])
def test_a_provider_s_address_holds_no_key(name: str, url: str) -> None:
    with pytest.raises(SettingsInvalid, match=name) as refused:
        load_settings({name: url}, None)
    assert "geheim" not in str(refused.value)
    assert load_settings({name: "http://127.0.0.1:9/v1"}, None) != Settings()


def test_only_openai_s_addresses_may_have_a_query_which_names_azure_s_version() -> None:
    azure = "https://mine.openai.azure.com/openai/v1?api-version=preview"
    settings = load_settings({"OPENAI_BASE_URL": azure, "OPENAI_SPEECH_BASE_URL": azure}, None)
    assert settings.openai_base_url == settings.openai_speech_base_url == azure
    with pytest.raises(SettingsInvalid, match="PEXELS_BASE_URL") as refused:
        load_settings({"PEXELS_BASE_URL": "https://host/?key=geheim"}, None)
    assert "geheim" not in str(refused.value)


def test_addresses_and_voices_of_services_are_checked(tmp_path: Path) -> None:
    given = {"ELEVENLABS_BASE_URL": "api.elevenlabs.io", "EDGE_VOICES": "en-GB-RyanNeural, =de"}
    with pytest.raises(SettingsInvalid) as raised:
        load_settings(given, None)
    assert len(raised.value.problems) == 2
    assert "ELEVENLABS_BASE_URL: must be an address such as" in raised.value.problems[0]
    assert "EDGE_VOICES: '=de' is no voice" in str(raised.value)


def test_further_piper_voices_lie_in_the_data_folder_unless_another_is_set(tmp_path: Path) -> None:
    assert load_settings({"DATA_DIR": str(tmp_path)}, None).voices_folder == tmp_path / "voices"
    given = {"DATA_DIR": str(tmp_path / "data"), "VOICE_DIR": str(tmp_path)}
    assert load_settings(given, None).voices_folder == tmp_path
