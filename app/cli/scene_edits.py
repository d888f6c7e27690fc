"""Corrections of scenes, as ``videos revise`` and ``jobs approve`` take them."""

from collections.abc import Callable, Mapping
from typing import Any

import click

from app.cli.endings import WrongInput
from app.cli.input_files import FILE, object_of

EDITS_HINT = 'It takes corrections by scene number, such as {"0": {"text": "Reefs are alive."}}.'
OF_ONE = ("heading", "kind", "media")
NAMES = {"/title": "--title", "/description": "--description", "/tags": "--tag"}


def takes_edits(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that correct scenes."""
    options = (
        click.option(
            "--scene",
            "scenes",
            type=click.IntRange(0),
            multiple=True,
            help="Number of a scene, from 0; with --text, may be given several times.",
        ),
        click.option("--text", "texts", multiple=True, help="What is said in that scene instead."),
        click.option("--heading", help="Its heading; of one scene."),
        click.option("--kind", help="How it's drawn, such as fact; of one scene."),
        click.option("--media", help="A file of the media folder to show; of one scene."),
        click.option("--edits", type=FILE, help="All of it as JSON, by scene number."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def edits_of(given: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Corrections by scene number, as the API takes them.

    Raises:
        WrongInput: options and scenes don't go together, or the file can't be read.
    """
    file = given["edits"]
    edits = {} if file is None else object_of(file, "--edits", EDITS_HINT)
    scenes, texts = given["scenes"], given["texts"]
    others = {name: given[name] for name in OF_ONE if given[name] is not None}
    if texts and len(texts) != len(scenes):
        message = f"--scene was given {len(scenes)} times, --text {len(texts)} times"
        raise WrongInput("--scene", message, "Say for each text which scene it is of.")
    if others and len(scenes) != 1:
        message = f"goes with one --scene; {len(scenes)} were given"
        raise WrongInput(f"--{next(iter(others))}", message, "For several, use --edits FILE.")
    if scenes and not texts and not others:
        hint = "Add --text, --heading, --kind or --media."
        raise WrongInput("--scene", "nothing is said about what is to change in it", hint)
    for number, scene in enumerate(scenes):
        edit = others | ({"text": texts[number]} if texts else {})
        edits[str(scene)] = {**edits.get(str(scene), {}), **edit}
    return edits


def names_of(edits: Mapping[str, Any]) -> dict[str, str]:
    """What the fields of corrections are called here, by their JSON pointers."""
    names = dict(NAMES)
    for number in edits:
        names[f"/scenes/{number}"] = f"--scene {number}"
        for field in ("text", *OF_ONE):
            names[f"/scenes/{number}/{field}"] = f"--{field} of scene {number}"
    return names
