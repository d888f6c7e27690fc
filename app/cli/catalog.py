"""``faceless voices``, ``palettes`` and ``capabilities``: what there is to choose from."""

from pathlib import Path
from typing import Any

import click
import msgspec

from app.cli.api_client import Api
from app.cli.downloads import download
from app.cli.endings import EXIT_CODES, Refused, local_problem
from app.cli.session import Session, connects
from app.cli.tables import print_facts, print_table
from app.cli.voice_shelf import add, list_, refresh


@click.group(invoke_without_command=True, epilog=EXIT_CODES)
@connects
def voices(session: Session) -> None:
    """List voices, the default first; hear one, or add some."""
    if click.get_current_context().invoked_subcommand is not None:
        return
    answer = session.run(lambda api: api.ask("GET", "/api/voices"))
    if session.as_json:
        click.echo(answer.raw)
        return
    items = answer.body["items"]
    print_table(
        ("ID", "LANGUAGE", "NAME"),
        [(voice["id"], voice["language"], voice.get("name") or "") for voice in items],
    )
    if not items:
        click.echo(f"No voices. {answer.body.get('hint') or ''}".strip())


@voices.command(epilog=EXIT_CODES)
@click.argument("voice_id")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@connects
def sample(session: Session, voice_id: str, file: Path) -> None:
    """Save how a voice sounds to FILE."""

    async def fetch(api: Api) -> None:
        known = (await api.ask("GET", "/api/voices")).body["items"]
        voice = next((item for item in known if item["id"] == voice_id), None)
        if voice is None:
            names = ", ".join(item["id"] for item in known)
            problem = local_problem("voice_not_found", f"There is no voice {voice_id!r}.")
            raise Refused(problem | {"status": 404, "hint": f"Take one of {names}."})
        if "sample_url" not in voice:
            problem = local_problem(
                "server_too_old",
                "The server has no samples of voices.",
                "It is too old for this command: bring it up to date.",
            )
            raise Refused(problem)
        await download(api, voice["sample_url"], file, is_hashed=False)

    session.run(fetch)
    if session.as_json:
        click.echo(msgspec.json.encode({"file": str(file)}))
    else:
        click.echo(file)


voices.add_command(list_)
voices.add_command(add)
voices.add_command(refresh)


@click.command(epilog=EXIT_CODES)
@connects
def palettes(session: Session) -> None:
    """List palettes, for --palette."""
    answer = session.run(lambda api: api.ask("GET", "/api/palettes"))
    if session.as_json:
        click.echo(answer.raw)
        return
    print_table(
        ("NAME", "COLOURS"),
        [(palette["name"], _colours(palette)) for palette in answer.body["items"]],
    )


@click.command(epilog=EXIT_CODES)
@connects
def capabilities(session: Session) -> None:
    """Show what the server can do, and what is missing for the rest."""
    answer = session.run(lambda api: api.ask("GET", "/api/capabilities"))
    if session.as_json:
        click.echo(answer.raw)
        return
    told = answer.body
    features, limits = told.pop("features"), told.pop("limits")
    ports = told.pop("providers", [])  # older servers have none
    print_facts([(_mark(feature), _state(feature)) for feature in features])
    click.echo()
    print_facts([(port["setting"], _order(port)) for port in ports])
    click.echo()
    print_facts([(name, _value(value)) for name, value in told.items()])
    click.echo()
    print_facts([(name, _value(value)) for name, value in limits.items()])


def _colours(palette: dict[str, Any]) -> str:
    return " ".join(v for v in palette.values() if isinstance(v, str) and v.startswith("#"))


def _mark(feature: dict[str, Any]) -> str:
    return f"{'yes' if feature['available'] else 'no':<3}  {feature['name']}"


def _state(feature: dict[str, Any]) -> str:
    detail = str(feature["detail"])
    if feature["available"]:
        return detail
    return f"{detail}. {feature.get('hint') or 'It takes ' + str(feature['missing'])}"


def _order(port: dict[str, Any]) -> str:
    """A port's providers in the order of asking, what has failed, who has no voice."""
    told = []
    for provider in port["providers"]:
        if provider.get("place") is not None:
            lacks = provider.get("missing")
            notes = [
                f"lacks {lacks}: {provider.get('hint')}" if lacks else "",
                *map(_failing, provider.get("keys", [])),
            ]
            trouble = "; ".join(filter(None, notes))
            told.append(f"{provider['name']} ({trouble})" if trouble else provider["name"])
    return ", ".join(told)


def _failing(key: dict[str, Any]) -> str:
    """How a key stands that has failed; empty for one that hasn't."""
    when = f" at {key['failed_at']}" if key.get("failed_at") else ""  # older servers don't say
    if key["is_open"]:
        now = f"isn't asked for {key['seconds_left']:.0f} s, since it failed{when}"
    elif key.get("state") == "to_be_tried":
        now = f"is asked again at the next call, and last failed{when}"
    else:
        return ""
    return f"{key['label']} {now}: {key['reason']}".strip()


def _value(value: Any) -> str:
    if isinstance(value, dict):
        if value.keys() == {"width", "height"}:
            return f"{value['width']} x {value['height']}"
        return ", ".join(f"{name} {_value(inner)}" for name, inner in value.items())
    return ", ".join(map(_value, value)) if isinstance(value, list) else str(value)
