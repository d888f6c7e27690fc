"""``faceless serve``: the address it listens on."""

import socket
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli import main
from app.cli.endings import EXIT_FAILED
from app.listening import AddressUnusable, listen


def test_a_port_that_is_taken_is_told_in_a_sentence_before_anything_begins(
    bare_folder: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        monkeypatch.setenv("PORT", port)
        answer = CliRunner().invoke(main, ["serve"])
    assert answer.exit_code == EXIT_FAILED
    assert f"127.0.0.1, port {port} (PORT)" in answer.output
    assert list(tmp_path.iterdir()) == [], "nothing was begun"


def test_a_host_that_is_another_machine_is_told() -> None:
    with pytest.raises(AddressUnusable) as refused:
        listen("192.0.2.1", 8000)
    assert "192.0.2.1" in refused.value.message
    assert "HOST" in refused.value.hint_text


def test_localhost_is_listened_on_where_it_can_be() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    sockets = listen("localhost", port)
    try:
        assert ("127.0.0.1", port) in [listener.getsockname() for listener in sockets]
    finally:
        for listener in sockets:
            listener.close()
