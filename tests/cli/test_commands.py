"""The ``faceless`` command as a whole: what it offers, and what asking costs."""

import subprocess
import sys

from click.testing import CliRunner

from app.cli import ELSEWHERE, main


def test_every_command_is_listed_and_has_help() -> None:
    listed = CliRunner().invoke(main, ["--help"]).output
    for name in [*main.commands, *ELSEWHERE]:
        assert f"  {name} " in listed
        assert CliRunner().invoke(main, [name, "--help"]).exit_code == 0


def test_a_command_that_does_not_exist_is_refused() -> None:
    answer = CliRunner().invoke(main, ["dance"])
    assert answer.exit_code == 2
    assert "dance" in answer.output


def test_what_a_command_does_not_need_is_not_loaded() -> None:
    """A check of liveness runs every half minute beside the work."""
    program = (
        "import sys\nfrom click.testing import CliRunner\nfrom app.cli import main\n"
        "CliRunner().invoke(main, ['worker', '--check'])\n"
        "print(sorted({'cv2', 'av', 'sqlalchemy', 'litestar', 'dramatiq'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
