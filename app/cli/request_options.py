"""The options that spell a request for a video: each is a field of ``POST /api/generate``."""

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import click

from app.cli.endings import SOURCES, WrongInput
from app.cli.input_files import FILE, json_of, object_of, text_of

SCENES_HINT = (
    'It takes a JSON list of scenes, such as [{"text": "Reefs are alive."}]; a text in plain words '
    "goes to --script."
)
REQUEST_HINT = 'It takes a request as the API does, such as {"topic": "Octopus", "seed": 7}.'
SHAPES = ("9:16", "16:9", "1:1")


def usd(text: str) -> float:
    """An amount; NaN would reach the API as no cap at all."""
    try:
        amount = float(text)
    except ValueError:
        amount = math.nan
    if not math.isfinite(amount):
        raise ValueError(f"{text!r} is no amount in US dollars.")
    return amount


class Field(NamedTuple):
    """One option, and the field that it sets."""

    option: str
    pointer: str
    help: str
    type: Any = None
    multiple: bool = False
    inner: str = ""
    """of an option that may come several times: the field of an object that each value is"""

    @property
    def parameter(self) -> str:
        """The option's name as click hands it over."""
        return self.option.split("/")[0].removeprefix("--").replace("-", "_")


FIELDS = (
    Field("--title", "/title", "The video's title."),
    Field("--tone", "/tone", 'How a model is to tell it, such as "dry and precise".'),
    Field("--language", "/language", "Language of the text (BCP 47), such as en."),
    Field("--aspect", "/aspect_ratio", "Its shape; 9:16 by default.", click.Choice(SHAPES)),
    Field("--duration", "/duration", "Target length in seconds, 15 to 900 (9:16: to 180).", int),
    Field("--voice", "/voice/id", "Id of a voice; `faceless voices` lists them."),
    Field("--speed", "/voice/speed", "How fast it speaks, 0.5 to 2; 1 by default.", float),
    Field(
        "--speaker", "/speakers", "Voice of [NAME] in the text: NAME=VOICE-ID.", None, True, "id"
    ),
    Field(
        "--voice-change",
        "/voice_change",
        "When a voice's service fails; see the README.",
        click.Choice(("never", "start_over", "mix")),
    ),
    Field("--captions/--no-captions", "/captions/enabled", "Whether words are on the picture."),
    Field("--caption-style", "/captions/style", "highlight, box or plain."),
    Field("--caption-position", "/captions/position", "lower, middle or upper."),
    Field("--caption-color", "/captions/colors/text", "Such as #FFFFFF."),
    Field("--caption-highlight", "/captions/colors/highlight", "Colour of the spoken word."),
    Field("--caption-outline", "/captions/colors/outline", "Colour around the letters."),
    Field("--mood", "/music/mood", "Mood of the music, or none."),
    Field("--volume", "/music/volume_lu", "The music's under the voice, -40 to -6 LU.", float),
    Field("--palette", "/brand/palette", "Name of a palette; `faceless palettes` lists them."),
    Field("--ground", "/brand/ground", "Colour of the ground, such as #0B132B."),
    Field("--ink", "/brand/ink", "Colour of what is drawn."),
    Field("--accent", "/brand/accent", "Colour of what stands out."),
    Field("--pronounce", "/pronunciations", "Say a word otherwise: WORD=AS-SPOKEN.", None, True),
    Field("--metadata", "/metadata", "Your own, kept with the job: NAME=VALUE.", None, True),
    Field("--channel", "/channel", "Name of the channel it's for; its latest clips are avoided."),
    Field("--seed", "/seed", "Repeats a video exactly.", int),
    Field("--max-cost", "/max_cost", "The most that providers may cost, in US dollars.", usd),
)
"""what may be kept in a preset"""

FIELDS_OF_ONE = (
    Field("--preset", "/preset", "Take what isn't given from a preset."),
    Field(
        "--pause-after",
        "/pause_after",
        "Wait for approval after this.",
        click.Choice(("script", "narration", "package")),
    ),
    Field("--webhook-url", "/webhook_url", "Told when the job is over, waits or fails."),
)
"""what concerns one request only"""

OPTION_NAMES: dict[str, str] = {
    **{f"/{field}": option for field, option in SOURCES.items()},
    **{field.pointer: field.option.split("/")[0] for field in (*FIELDS, *FIELDS_OF_ONE)},
    "/Idempotency-Key": "--idempotency-key",
}
"""fields, as the commands spell them"""


def takes_fields(*fields: Field) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command the options of ``fields``, and ``--request``."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for field in reversed(fields):
            is_switch = "/" in field.option
            command = click.option(
                field.option,
                type=None if is_switch else field.type or str,
                multiple=field.multiple,
                default=None,
                help=field.help,
            )(command)
        return click.option(
            "--request", type=FILE, help="A whole request as JSON; options go before it."
        )(command)

    return decorate


def takes_sources(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command what a video is made from."""
    for option, text in (
        ("--scenes", "A JSON list of scenes."),
        ("--article", "A text to be condensed."),
        ("--script", "A finished script, word for word; - is standard input."),
    ):
        command = click.option(option, type=FILE, help=text)(command)
    command = click.option("--url", help="Address of an article to be condensed.")(command)
    return click.argument("topic", required=False)(command)


def body_of(given: Mapping[str, Any], *fields: Field) -> dict[str, Any]:
    """The request that the options spell, over the one in ``--request``.

    Raises:
        WrongInput: a file can't be read, or an option isn't NAME=VALUE.
    """
    request = given.get("request")
    body = {} if request is None else object_of(request, "--request", REQUEST_HINT)
    sources: dict[str, Any] = {"topic": given.get("topic"), "source_url": given.get("url")}
    for name, option in (("script", "script"), ("source_text", "article")):
        if (file := given.get(option)) is not None:
            sources[name] = text_of(file, f"--{option}")
    if (file := given.get("scenes")) is not None:
        sources["scenes"] = json_of(file, "--scenes", SCENES_HINT)
    body |= {name: value for name, value in sources.items() if value is not None}
    for field in fields:
        value = given[field.parameter]
        if field.multiple:
            value = _pairs(value, field.option) or None
            if field.inner and value is not None:
                value = {name: {field.inner: text} for name, text in value.items()}
        if value is not None:
            _set(body, field, value)
    return body


def names_in(given: Mapping[str, Any]) -> dict[str, str]:
    """What the fields of a request are called here: what came out of ``--request`` is called as
    it is there."""
    if given.get("request") is None:
        return OPTION_NAMES
    options = {field.pointer: field.parameter for field in (*FIELDS, *FIELDS_OF_ONE)}
    used = {pointer for pointer, name in options.items() if given.get(name) not in (None, ())}
    return {pointer: OPTION_NAMES[pointer] for pointer in used}


def _pairs(texts: tuple[str, ...], option: str) -> dict[str, str]:
    pairs = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise WrongInput(option, f"{text!r} isn't NAME=VALUE", f"Such as {option} NASA=nassa.")
        pairs[name] = value
    return pairs


def _set(body: dict[str, Any], field: Field, value: Any) -> None:
    """Set a field by its pointer, making the objects around it."""
    *path, last = field.pointer.removeprefix("/").split("/")
    for step in path:
        inner = body.setdefault(step, {})
        if not isinstance(inner, dict):
            message = f"there is no place for it: /{step} of the request isn't an object"
            raise WrongInput(field.option, message, REQUEST_HINT)
        body = inner
    if isinstance(value, dict) and isinstance(body.get(last), dict):
        value = body[last] | value
    body[last] = value
