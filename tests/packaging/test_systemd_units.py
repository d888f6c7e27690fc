"""The systemd units in the README: commands that exist, settings that exist, time to end."""

import configparser
import re
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from app.cli import main
from app.config import Settings
from app.worker import STOP_SECONDS

README = (Path(__file__).parents[2] / "README.md").read_text()
NAMES = {field.encode_name for field in msgspec.structs.fields(Settings)}


def units() -> list[configparser.SectionProxy]:
    """The [Service] part of each unit."""
    found = []
    for text in re.findall(r"```ini\n(.*?)```", README, re.DOTALL):
        parser = configparser.ConfigParser(interpolation=None)
        parser.read_string(text)
        found.append(parser["Service"])
    return found


def test_there_is_one_for_the_api_and_one_for_workers() -> None:
    programs = [unit["ExecStart"].split()[1:] for unit in units()]
    assert programs == [["serve"], ["worker"]]


def test_the_api_serves_nobody_without_a_key() -> None:
    """A proxy on the same machine may tell nothing of whom it asks for."""
    assert "AUTH=required" in units()[0]["Environment"].split()


@pytest.mark.parametrize("unit", units(), ids=lambda unit: unit["ExecStart"].split()[-1])
def test_a_unit_holds(unit: configparser.SectionProxy) -> None:
    _, command = unit["ExecStart"].split()
    assert CliRunner().invoke(main, [command, "--help"]).exit_code == 0
    set_here = {pair.split("=")[0] for pair in unit["Environment"].split()}
    assert set_here <= NAMES
    assert unit["Restart"] == "always"
    assert unit["KillMode"] == "mixed", "the worker ends its children itself"
    assert int(unit["TimeoutStopSec"]) > STOP_SECONDS
    assert unit["StateDirectory"] in unit["WorkingDirectory"]


def test_every_command_that_the_readme_runs_exists() -> None:
    commands = set(re.findall(r"^\$ .*?\bfaceless (\w+)", README, re.MULTILINE))
    assert {"doctor", "migrate", "serve", "worker"} <= commands
    for command in commands:
        assert CliRunner().invoke(main, [command, "--help"]).exit_code == 0, command
