"""``faceless keys``: made and shown once, listed without secrets, revoked."""

import json
import re

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from app.cli.endings import EXIT_USAGE

TOKEN = re.compile(r"fk_([0-9a-f]{16})_([0-9a-f]{64})")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["keys", *arguments])


def create(*arguments: str) -> re.Match[str]:
    answer = run("create", "--name", "laptop", "--scope", "jobs:write", *arguments)
    assert answer.exit_code == 0, answer.output
    found = TOKEN.fullmatch(answer.stdout.strip())
    assert found is not None, "nothing else is on standard output"
    return found


def test_a_key_is_printed_once_and_then_known_by_its_id_only() -> None:
    token = create()
    listed = run("list").output
    assert re.match(rf"{token[1]}  local  laptop  made \d{{4}}-\d\d-\d\d  jobs:write$", listed)
    assert token[2] not in listed + run("list", "--json").output


def test_how_to_end_a_key_is_said_beside_it() -> None:
    answer = run("create", "--name", "laptop", "--scope", "admin")
    assert "isn't shown again" in answer.stderr
    assert "keys revoke" in answer.stderr


def test_a_key_has_several_scopes_an_account_and_an_end() -> None:
    create("--scope", "videos:read", "--account", "studio", "--expires-days", "1.5")
    [key] = json.loads(run("list", "--json").output)["items"]
    assert (key["account_id"], key["scopes"]) == ("studio", ["jobs:write", "videos:read"])
    assert key["expires_at"] > key["created_at"]
    assert "until " in run("list").output


def test_as_json_the_key_and_what_is_known_of_it_are_one_object() -> None:
    answer = run("create", "--name", "laptop", "--scope", "jobs:read", "--json")
    made = json.loads(answer.stdout)
    found = TOKEN.fullmatch(made["token"])
    assert found is not None
    assert (made["key"]["id"], made["key"]["name"]) == (found[1], "laptop")


def test_keys_are_listed_by_account() -> None:
    create("--account", "studio")
    own = create()
    listed = run("list", "--account", "local").output
    assert listed.count("\n") == 1
    assert own[1] in listed


def test_without_keys_that_is_said() -> None:
    assert run("list").output == "No keys.\n"


def test_a_key_is_revoked_by_its_id_or_whole() -> None:
    for whole in (False, True):
        token = create()
        answer = run("revoke", token[0] if whole else token[1])
        assert answer.exit_code == 0, answer.output
        assert answer.output.startswith(f"Revoked: {token[1]}")
        assert token[2] not in answer.output
    assert run("list").output.count("revoked ") == 2


def test_a_key_that_is_not_there_is_wrong_input() -> None:
    answer = run("revoke", "0" * 16)
    assert answer.exit_code == EXIT_USAGE
    assert "key_not_found" in answer.output
    assert "keys list" in answer.output


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--scope", "jobs:write"], "--name"),
        (["--name", "laptop"], "--scope"),
        (["--name", "laptop", "--scope", "dance"], "jobs:write"),
        (["--name", " ", "--scope", "admin"], "--name"),
        (["--name", "laptop", "--scope", "admin", "--account", "a b"], "--account"),
        (["--name", "laptop", "--scope", "admin", "--expires-days", "0"], "--expires-days"),
        (["--name", "laptop", "--scope", "admin", "--expires-days", "nan"], "--expires-days"),
    ],
)
def test_what_is_wrong_is_named(arguments: list[str], named: str) -> None:
    answer = run("create", *arguments)
    assert answer.exit_code == EXIT_USAGE
    assert named in answer.output
    assert not TOKEN.search(answer.output)
