"""Dockerfile and compose.yaml name only what is there: files, settings, commands, routes, users.

No container engine runs here: the image itself isn't built by this suite.
"""

import re
import shlex
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec
import pytest
import yaml
from click.testing import CliRunner

from app.cli import main
from app.config import Settings, load_settings
from app.main import create_app
from app.worker import STOP_SECONDS

ROOT = Path(__file__).parents[2]
NAMES = {field.encode_name for field in msgspec.structs.fields(Settings)}
NOT_SETTINGS = {"PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"}
ENVIRONMENT = {"FACELESS_PASSWORD": "s3cret"}


class Instruction(NamedTuple):
    name: str
    text: str


def instructions() -> list[Instruction]:
    """The Dockerfile's instructions, continued lines joined."""
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    text = "\n".join(line for line in lines if not line.startswith("#"))
    joined = text.replace("\\\n", " ").splitlines()
    return [Instruction(*line.split(None, 1)) for line in joined if line.strip()]


def of(name: str) -> list[str]:
    return [text for found, text in instructions() if found == name]


def last_stage() -> list[Instruction]:
    found = instructions()
    begin = max(number for number, (name, _) in enumerate(found) if name == "FROM")
    return found[begin:]


def interpolated(text: str) -> str:
    """What Compose makes of ``${NAME}``, ``${NAME:-default}`` and ``${NAME:?error}``."""

    def value(match: re.Match[str]) -> str:
        default = match["rest"][2:] if match["rest"].startswith(":-") else ""
        return ENVIRONMENT.get(match["name"], default)

    return re.sub(r"\$\{(?P<name>[A-Z0-9_]+)(?P<rest>(:[-?][^}]*)?)\}", value, text)


def all_interpolated(node: Any) -> Any:
    """The same, in every text of a document that was read already."""
    if isinstance(node, dict):
        return {key: all_interpolated(value) for key, value in node.items()}
    if isinstance(node, list):
        return [all_interpolated(value) for value in node]
    return interpolated(node) if isinstance(node, str) else node


COMPOSE: dict[str, Any] = all_interpolated(yaml.safe_load((ROOT / "compose.yaml").read_text()))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}


def seconds(text: str) -> int:
    assert text.endswith("s")
    return int(text[:-1])


# -- Dockerfile ----------------------------------------------------------------------------


def test_what_is_copied_from_the_context_is_there_and_not_ignored() -> None:
    kept = {
        line[1:]
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    }
    copied = set()
    for text in of("COPY"):
        if not text.startswith("--from"):
            copied |= set(text.split()[:-1])
    assert copied == kept
    assert all((ROOT / name).exists() for name in copied)


def test_the_wheel_gets_all_that_it_is_made_of() -> None:
    """What pyproject.toml refers to has to be beside it."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    needed = {*project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]}
    needed |= {project["project"]["readme"], *project["project"]["license-files"]}
    wheel = (ROOT / "Dockerfile").read_text().split("AS wheel")[1].split("\nFROM")[0]
    assert all(re.search(rf"COPY .*\b{re.escape(name)}\b", wheel) for name in needed)


def test_code_that_changes_leaves_the_layer_of_dependencies_alone() -> None:
    stage = (ROOT / "Dockerfile").read_text().split("AS dependencies")[1].split("\nFROM")[0]
    assert re.findall(r"COPY (.*)", stage) == ["pyproject.toml constraints.txt ./"]


def test_every_stage_that_is_copied_from_exists() -> None:
    stages = set(re.findall(r"AS (\w+)", "\n".join(of("FROM"))))
    used = set(re.findall(r"from=(\w+)", (ROOT / "Dockerfile").read_text()))
    assert used <= stages


def test_it_runs_as_nobody_in_particular_and_ends_when_it_is_asked_to() -> None:
    found = dict(last_stage())
    assert found["USER"] == "10001:10001"
    assert found["STOPSIGNAL"] == "SIGTERM"
    assert 'ENTRYPOINT ["faceless"]' in (ROOT / "Dockerfile").read_text()
    assert found["CMD"] == '["serve"]'


def test_its_environment_is_settings_that_hold() -> None:
    [text] = [text for name, text in last_stage() if name == "ENV"]
    pairs = dict(pair.split("=", 1) for pair in shlex.split(text))
    assert set(pairs) - NOT_SETTINGS <= NAMES
    settings = load_settings(pairs, None)
    assert settings.host == "0.0.0.0", "else nobody outside the container reaches it"
    assert dict(last_stage())["VOLUME"] == f'["{settings.data_dir}"]'
    assert dict(last_stage())["EXPOSE"] == str(settings.port)


def test_its_health_check_asks_a_route_that_exists() -> None:
    [check] = of("HEALTHCHECK")
    [url] = re.findall(r"http://[^']+", check)
    settings = Settings()
    assert urlsplit(url).port == settings.port
    assert urlsplit(url).path in {route.path for route in create_app(settings).routes}


def test_the_python_it_runs_on_is_one_that_is_supported() -> None:
    version = re.search(r"ARG PYTHON=(\d+)\.(\d+)", (ROOT / "Dockerfile").read_text())
    assert version is not None
    assert (int(version[1]), int(version[2])) >= (3, 11)


# -- compose.yaml --------------------------------------------------------------------------


def test_there_are_an_api_two_workers_and_what_they_need() -> None:
    assert set(SERVICES) == {"api", "worker", "migrate", "postgres", "mongo", "redis"}
    assert SERVICES["worker"]["deploy"]["replicas"] == 2


@pytest.mark.parametrize("name", OURS)
def test_commands_exist(name: str) -> None:
    command = OURS[name]["command"]
    assert CliRunner().invoke(main, [*command, "--help"]).exit_code == 0


def test_the_worker_s_health_check_is_a_command_that_exists() -> None:
    how, program, *arguments = SERVICES["worker"]["healthcheck"]["test"]
    assert (how, program) == ("CMD", "faceless")
    assert CliRunner().invoke(main, [*arguments, "--help"]).exit_code == 0


@pytest.mark.parametrize("name", OURS)
def test_settings_exist_and_hold(name: str) -> None:
    environment = {key: str(value) for key, value in OURS[name]["environment"].items()}
    assert set(environment) <= NAMES
    settings = load_settings(environment, None)
    assert settings.database_url.startswith("postgresql://faceless:s3cret@postgres:5432")
    assert not settings.embedded_worker


def test_what_guards_the_api_can_be_set_from_outside() -> None:
    compose = (ROOT / "compose.yaml").read_text()
    allowed = ("ALLOW_PRIVATE_URLS", "ALLOW_PRIVATE_SOURCES")
    for name in ("SECRET_KEY", *allowed, "RATE_LIMIT", "CONCURRENT_LIMIT"):
        assert f"{name}: ${{{name}:-}}" in compose, "empty means the program's own default"


def test_servers_are_found_under_the_names_that_the_urls_have() -> None:
    environment = OURS["api"]["environment"]
    hosts = {urlsplit(environment[name]).hostname for name in environment if name.endswith("_URL")}
    assert hosts - {None} == {"postgres", "mongo", "redis"}


def test_without_a_password_nothing_starts() -> None:
    assert "${FACELESS_PASSWORD:?" in (ROOT / "compose.yaml").read_text()


@pytest.mark.parametrize("name", SERVICES)
def test_what_is_waited_for_can_come_about(name: str) -> None:
    for other, wait in SERVICES[name].get("depends_on", {}).items():
        if wait["condition"] == "service_healthy":
            assert "healthcheck" in SERVICES[other]
        else:
            assert SERVICES[other]["restart"] == "no", "one that is started again never ends"


@pytest.mark.parametrize("name", SERVICES)
def test_volumes_are_declared(name: str) -> None:
    for volume in SERVICES[name].get("volumes", []):
        assert volume.split(":")[0] in COMPOSE["volumes"]


@pytest.mark.parametrize("name", OURS)
def test_ours_have_no_rights_to_speak_of(name: str) -> None:
    service = OURS[name]
    assert service["user"] == "10001:10001"
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["tmpfs"] == ["/tmp"], "where temporary files go"
    assert service["volumes"] == ["data:/data"]
    assert service["init"], "the first process of a container doesn't die of SIGALRM"


def test_workers_have_the_time_to_give_their_work_back() -> None:
    for name in ("api", "worker"):
        assert seconds(SERVICES[name]["stop_grace_period"]) > STOP_SECONDS


def test_whoever_asks_from_outside_the_container_needs_a_key() -> None:
    """Behind a container's network nobody's peer is loopback but the health check's."""
    assert "AUTH=required" in dict(last_stage())["ENV"]
    assert all(service["environment"]["AUTH"] == "required" for service in OURS.values())


def test_only_the_api_is_published_and_only_on_this_machine() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"api": [f"127.0.0.1:8000:{Settings().port}"]}
