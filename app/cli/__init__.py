"""The ``faceless`` command. Commands load what they need when they're asked for, and no more:
a check that runs every half minute mustn't load the video engine."""

import asyncio
import sys
from contextlib import suppress
from importlib import import_module
from keyword import iskeyword
from typing import Any

import click
import msgspec
from rich.markup import escape

from app.cli.endings import EXIT_CODES, EXIT_FAILED, fail, out, settings_or_leave
from app.cli.server_option import with_server
from domain.errors import DomainError

SECTIONS = {
    "Videos": {
        "generate": "Make a video; or only tell what it would become.",
        "jobs": "List what was asked for; follow, approve, retry one.",
        "cancel": "Cancel an unfinished job.",
        "videos": "List what came of it; fetch, correct, delete one.",
        "events": "Show what happens to all jobs, as it happens.",
        "costs": "Show what paid providers have cost.",
    },
    "What to choose from": {
        "capabilities": "Show what there is, and what is missing for the rest.",
        "voices": "List voices, hear one, add more.",
        "palettes": "List palettes of colours.",
        "presets": "List, save, delete requests under a name.",
        "import": "Turn another program's request into one of ours.",
    },
    "Who may ask, and who is told": {
        "keys": "List, make, revoke keys.",
        "webhooks": "List, add, try addresses that are told.",
    },
    "This installation": {
        "serve": "Start the API, with a worker inside.",
        "worker": "Work on jobs, beside the API.",
        "doctor": "Check that everything is in order.",
        "migrate": "Bring the database to this release; move it.",
        "gc": "Remove what nothing needs any more.",
        "backup": "Back everything up into a folder.",
        "restore": "Fill an empty installation from a backup.",
    },
}
"""commands by what they are for, in the order in which they are needed"""

ELSEWHERE = {
    "backup": "app.cli.upkeep",
    "cancel": "app.cli.jobs",
    "capabilities": "app.cli.catalog",
    "costs": "app.cli.costs",
    "events": "app.cli.events",
    "gc": "app.cli.upkeep",
    "generate": "app.cli.generate",
    "import": "app.cli.importing",
    "jobs": "app.cli.jobs",
    "keys": "app.cli.keys",
    "migrate": "app.cli.upkeep",
    "palettes": "app.cli.catalog",
    "presets": "app.cli.presets",
    "restore": "app.cli.upkeep",
    "videos": "app.cli.videos",
    "voices": "app.cli.catalog",
    "webhooks": "app.cli.webhooks",
    "worker": "app.cli.worker",
}
"""commands in modules of their own"""


class Commands(click.Group):
    """The commands of this module, and those elsewhere."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command's name."""
        return sorted([*super().list_commands(ctx), *ELSEWHERE])

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002 - click hands it over
        formatter: click.HelpFormatter,
    ) -> None:
        """List the commands by what they are for."""
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([*commands.items()])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, if there is one."""
        if cmd_name not in ELSEWHERE:
            return super().get_command(ctx, cmd_name)
        # a command that is called like a keyword is a function with a _ behind it
        name = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name
        command: click.Command = getattr(import_module(ELSEWHERE[cmd_name]), name)
        return command


@click.group(
    cls=Commands, context_settings={"help_option_names": ["-h", "--help"]}, epilog=EXIT_CODES
)
@click.version_option(package_name="faceless")
@with_server
def main(**_: Any) -> None:
    """Turn a topic, an article or a script into a finished video.

    Without a server, commands work in their own process on this machine's installation, which is
    under DATA_DIR; with --server (or FACELESS_SERVER) on that server, with the key in
    FACELESS_KEY.

    \b
    Begin with:  faceless doctor
                 faceless generate "Octopus"
    """


@main.command()
@click.option("--host", help="Address to listen on; HOST by default.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port; PORT by default.")
def serve(host: str | None, port: int | None) -> None:
    """Start the API, with a worker inside unless EMBEDDED_WORKER=false."""
    import uvicorn  # noqa: PLC0415 - only this command needs the server

    from app.listening import AnnouncedServer, listen  # noqa: PLC0415 - the same

    settings = settings_or_leave()
    host, port = host or settings.host, port or settings.port
    try:
        # before anything else: who takes the address can't be told once work has begun
        sockets = listen(host, port)
    except DomainError as error:
        fail(error)
    server = AnnouncedServer(
        uvicorn.Config("app.main:app", log_config=None, timeout_graceful_shutdown=5)
    )
    with suppress(KeyboardInterrupt):  # raised again once everything was given back
        server.run(sockets=sockets)
    if not server.started:
        sys.exit(EXIT_FAILED)


@main.command(epilog=EXIT_CODES)
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def doctor(as_json: bool) -> None:
    """Check settings, servers, folders, fonts, voice and ffmpeg, in words."""
    from app.doctor import examine, examine_settings  # noqa: PLC0415 - loads every adapter

    settings, findings = examine_settings()
    if settings is not None:
        findings += asyncio.run(examine(settings))
    if as_json:
        click.echo(msgspec.json.encode(findings))
    else:
        for finding in findings:
            mark = "[green]ok   [/]" if finding.ok else "[red]wrong[/]"
            out.print(f"{mark} {escape(finding.name)}: {escape(finding.message)}", soft_wrap=True)
            if finding.hint:
                out.print(f"      {escape(finding.hint)}", soft_wrap=True)
    sys.exit(0 if all(finding.ok for finding in findings) else EXIT_FAILED)
