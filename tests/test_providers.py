"""Providers by name: the program's own and those of other packages, the README's among them."""

import re
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import httpx
import msgspec
import pytest
from installed_packages import put_package
from live_server import serve
from loopback import Asked, Loopback, Reply, json_reply, running_aside

import app.provider_states
from app.capabilities import ProviderKey
from app.chains import Chains, names_in
from app.config import Settings, load_settings
from app.container import make_container
from app.provider_states import chains_in_words, key_as_it_stands
from app.providers import NARRATOR, PORTS, Offer, by_key
from app.survey import Survey
from domain.errors import SettingsInvalid
from domain.generation.brief import Brief
from domain.generation.ports import Narrator, ScriptWriter
from domain.providers.circuits import BLOCKED_SECONDS, Circuits
from domain.providers.errand import Errand
from domain.providers.failures import ProviderFailed, Verdict

README = Path(__file__).parents[1] / "README.md"
KEYS = "fable-key-number-0001,fable-key-number-0002"


def problems(**variables: str) -> list[str]:
    with pytest.raises(SettingsInvalid) as raised:
        load_settings(variables, None)
    return raised.value.problems


Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Installs a package for the length of a test: its code, and what it registers."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))

    before = set(sys.modules)
    yield partial(put_package, folder)
    for name in set(sys.modules) - before:
        if str(folder) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


# -- names ---------------------------------------------------------------------------------


def test_without_settings_everything_is_served_by_this_machine() -> None:
    settings = Settings()
    assert [names_in(getattr(settings, port.setting.lower())) for port in PORTS] == [
        ["offline"],
        ["piper"],
        ["folder"],
        ["folder", "bundled"],
    ]


def test_every_name_nobody_knows_is_told_at_once_with_those_that_are_known() -> None:
    told = problems(WRITERS="offlin, offline", NARRATORS="pipe", VISUALS=" , ", PORT="x")
    assert len(told) == 4
    assert "WRITERS: there is no 'offlin'; known: offline, openai" in told
    assert "NARRATORS: there is no 'pipe'; known: piper, openai, elevenlabs, edge" in told
    assert any(problem.startswith("VISUALS=") and "nobody" in problem for problem in told)
    assert any(problem.startswith("PORT=") for problem in told)


def test_a_provider_that_lacks_its_key_is_told_with_the_setting(install: Install) -> None:
    install(
        "paid_voice",
        "from app.providers import Offer\n"
        "offer = Offer(print, needs_one_of=('PAID_KEY', 'PAID_URL'))",
        {"faceless.narrator": {"paid": "paid_voice:offer"}},
    )
    [told] = problems(NARRATORS="paid,piper")
    assert told == ("NARRATORS: 'paid' of the package paid-voice 1.0 needs PAID_KEY or PAID_URL")
    variables = {"NARRATORS": "paid,piper", "PAID_URL": "http://127.0.0.1:1"}
    assert load_settings(variables, None).narrators == "paid,piper"


def test_a_setting_that_is_only_a_copy_of_its_default_gives_nobody_what_is_needed() -> None:
    copied = {"OPENAI_BASE_URL": Settings().openai_base_url}
    told = problems(WRITERS="openai,offline", VISUALS="openai_images", **copied)
    assert told == [
        "WRITERS: 'openai' needs OPENAI_MODEL, and OPENAI_API_KEY or OPENAI_BASE_URL",
        "VISUALS: 'openai_images' needs OPENAI_IMAGE_MODEL, and OPENAI_API_KEY or OPENAI_BASE_URL",
    ]
    own = {"OPENAI_MODEL": "llama", "OPENAI_BASE_URL": "http://127.0.0.1:1/v1"}
    assert load_settings({"WRITERS": "openai", **own}, None).writers == "openai"


def test_a_library_that_isn_t_installed_is_told_with_its_extra(install: Install) -> None:
    install(
        "far_voice",
        "from app.providers import Offer\noffer = Offer(print, library='nowhere', extra='far')",
        {"faceless.narrator": {"far": "far_voice:offer"}},
    )
    [told] = problems(NARRATORS="far")
    assert told.endswith("'far' of the package far-voice 1.0 needs its extra `far`")


def test_a_broken_package_is_named(install: Install) -> None:
    install("torn", "import nowhere", {"faceless.visuals": {"torn": "torn:make"}})
    install("dull", "make = 7", {"faceless.writer": {"dull": "dull:make"}})
    told = problems(VISUALS="torn,folder", WRITERS="dull")
    assert len(told) == 2
    assert "'dull' is of the package dull 1.0, whose entry point 'dull:make' is neither" in told[0]
    assert "'torn' is of the package torn 1.0, which can't be loaded: ModuleNotFound" in told[1]


def test_a_package_that_nobody_names_is_never_loaded(install: Install) -> None:
    install("torn", "raise SystemError", {"faceless.visuals": {"torn": "torn:make"}})
    load_settings({"VISUALS": "folder", "WRITERS": "offline"}, None)
    assert "torn" not in sys.modules


def test_a_name_that_two_packages_offer_is_refused_and_one_s_own_stays(install: Install) -> None:
    offers = {"faceless.writer": {"fable": "one:make", "offline": "one:make"}}
    install("one", "make = print", offers)
    install("two", "make = print", {"faceless.writer": {"fable": "two:make"}})
    [told] = problems(WRITERS="fable,offline")
    assert "by several packages, one 1.0 and two 1.0" in told


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("make = lambda kit: 1 / 0", "can't be made: ZeroDivisionError"),
        ("make = lambda kit: 'a writer'", "gave a str, which is no ScriptWriter: it lacks"),
    ],
)
async def test_a_package_that_makes_nothing_useful_is_named_when_it_s_made(
    install: Install, tmp_path: Path, code: str, told: str
) -> None:
    install("dull", code, {"faceless.writer": {"dull": "dull:make"}})
    made = make_container(Settings(data_dir=tmp_path, writers="dull"))
    with pytest.raises(SettingsInvalid) as raised:
        await made.get(Chains)
    [problem] = raised.value.problems
    assert problem.startswith("WRITERS: 'dull' of the package dull 1.0 ")
    assert told in problem
    await made.close()


async def test_connections_of_providers_are_closed_with_the_rest(
    install: Install, tmp_path: Path
) -> None:
    install(
        "shutter",
        "closed = []\nclass Port:\n    identity = 'x'\n    def match_topic(self): ...\n"
        "    async def write(self): ...\n    async def aclose(self): closed.append(self)\n"
        "def make(kit): return {'a': Port(), 'b': Port()}\n",
        {"faceless.writer": {"shutter": "shutter:make"}},
    )
    made = make_container(Settings(data_dir=tmp_path, writers="shutter,offline"))
    chains = await made.get(Chains)
    assert [(link.provider, link.key) for link in chains.writers.links] == [
        ("shutter", "a"),
        ("shutter", "b"),
        ("offline", ""),
    ]
    assert "WRITERS shutter (2 keys), offline; NARRATORS piper" in chains_in_words(chains)
    await made.close()
    assert len(sys.modules["shutter"].closed) == 2


def test_keys_are_told_apart_by_what_gives_nothing_away() -> None:
    assert by_key("", str) == {"": ""}
    assert list(by_key(f"{KEYS}, short,", str)) == ["...0001", "...0002", "#3"]
    alike = [f"{letter}{'x' * 20}9999" for letter in "ab"]
    made = by_key(",".join([*alike, alike[0]]), str)
    assert list(made.values()) == alike
    assert list(made) == ["...9999", "...9999 #2"]


@pytest.mark.parametrize("changes", [{}, {"host": "0.0.0.0"}], ids=["default", "set"])
async def test_what_nobody_names_is_told_with_what_it_lacks(
    tmp_path: Path, changes: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    wire = Offer[Narrator](lambda _: {}, "speech by wire", needs_one_of=("WIRE_KEY", "HOST"))
    port = replace(NARRATOR, offers={**NARRATOR.offers, "wire": wire})
    monkeypatch.setattr(app.provider_states, "PORTS", (port,))
    made = make_container(Settings(data_dir=tmp_path, **changes))
    [told] = (await (await made.get(Survey)).look()).providers
    [state] = [state for state in told.providers if state.name == "wire"]
    assert (state.place, state.detail) == (None, "speech by wire")
    if changes:
        assert (state.missing, state.setting) == ("that NARRATORS names it", "NARRATORS")
    else:
        assert (state.missing, state.setting) == ("WIRE_KEY or HOST", "WIRE_KEY")
    assert state.hint is not None
    assert "NARRATORS=wire,piper" in state.hint
    await made.close()


def test_a_key_is_told_as_it_stands_when_that_is_asked() -> None:
    seconds = 0.0
    circuits, now = Circuits(lambda: seconds), datetime(2026, 11, 27, 20, 30, tzinfo=UTC)

    def key() -> ProviderKey:
        return key_as_it_stands(circuits.state("cloud", "...0001"), now)

    assert (key().state, key().failed_at, key().answered_at) == ("ready", None, None)
    circuits.failed("cloud", "...0001", ProviderFailed("Refused (401).", Verdict.BLOCKED))
    assert (key().state, key().failed_at) == ("resting", now)
    assert key().resting_until == now + timedelta(seconds=BLOCKED_SECONDS)
    seconds += BLOCKED_SECONDS
    assert (key().state, key().resting_until) == ("to_be_tried", None)
    assert (key().is_open, key().seconds_left) == (False, 0.0)
    # it still says what went wrong, and how long ago that was
    assert (key().reason, key().failed_at) == (
        "Refused (401).",
        now - timedelta(seconds=BLOCKED_SECONDS),
    )
    circuits.succeeded("cloud", "...0001")
    assert (key().state, key().failed_at, key().reason) == ("ready", None, None)
    seconds += 5
    assert key().answered_at == now - timedelta(seconds=5)


def test_nobody_is_sent_to_a_registry_for_a_name_that_may_be_another_s() -> None:
    root = README.parent
    extras = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    told = []
    for path in [
        README,
        *(p for d in ("app", "adapters", "domain") for p in root.glob(f"{d}/**/*.py")),
    ]:
        text = path.read_text()
        assert not re.search(r"install [`'\"]?faceless\[", text), path
        told += re.findall(r"how_to_install\(['\"]([\w-]+)['\"]\)", text)
    assert set(told) <= set(extras["optional-dependencies"])
    assert {"voice", "voices", "models"} <= set(told)


# -- the README's example ------------------------------------------------------------------


class Fable(Loopback):
    """The example's service: it takes the second key only."""

    @property
    def url(self) -> str:
        return f"{self.origin}/scripts"

    def reply(self, asked: Asked) -> Reply:
        if not asked.headers["authorization"].endswith("2"):
            return json_reply({}, 403)
        return json_reply({"title": "The fox", "lines": ["A fox saw grapes.", "They hung high."]})


@pytest.fixture
def fable() -> Iterator[Fable]:
    with running_aside(Fable()) as server:
        yield server


def example() -> tuple[str, dict[str, dict[str, str]]]:
    """The code of the README's section, and what its package registers."""
    section = README.read_text().split("## Adding a provider\n")[1].split("\n## ")[0]
    code, registered = (
        re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)
        for language in ("python", "toml")
    )
    return code[0], tomllib.loads(registered[0])["project"]["entry-points"]


async def test_the_readme_s_example_works_as_it_stands(
    install: Install, fable: Fable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, points = example()
    assert len(code.splitlines()) <= 45
    install("faceless_fable", code, points)
    monkeypatch.setenv("FABLE_URL", fable.url)
    monkeypatch.setenv("FABLE_KEYS", KEYS)
    monkeypatch.setenv("WRITERS", "fable,offline")
    settings = msgspec.structs.replace(load_settings(env_file=None), data_dir=tmp_path)
    made = make_container(settings)
    writer, errand = await made.get(ScriptWriter), Errand()

    assert writer.match_topic("A fox", "en").title == "A fox"
    script = await writer.write(Brief(topic="A fox"), 7, 160.0, errand)

    assert script.title == "The fox"
    assert script.scenes[1].text == "They hung high."
    last = fable.asked[-1]
    assert last.headers["authorization"] == f"Bearer {KEYS.split(',')[1]}"
    assert last.json == {"about": "A fox", "seed": 7}
    told = [(attempt.provider, attempt.key, attempt.outcome) for attempt in errand.attempts]
    assert told == [("fable", "...0001", "blocked"), ("fable", "...0002", "answered")]
    assert errand.attempts[0].reason == "Fable refused the key (403)."

    [port] = [
        port for port in (await (await made.get(Survey)).look()).providers if port.port == "writer"
    ]
    first, second, *_ = port.providers
    assert (first.name, first.place, first.package) == ("fable", 1, "faceless-fable 1.0")
    assert [(key.label, key.is_open, key.reason) for key in first.keys] == [
        ("...0001", True, "Fable refused the key (403)."),
        ("...0002", False, None),
    ]
    assert 500 < first.keys[0].seconds_left <= 600
    assert [key.state for key in first.keys] == ["resting", "ready"]
    assert (second.name, second.place) == ("offline", 2)
    await made.close()


async def test_when_the_example_s_service_is_down_the_next_one_writes(
    install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, points = example()
    install("faceless_fable", code.replace("Verdict.RETRY", "Verdict.NEXT"), points)
    monkeypatch.setenv("FABLE_URL", "http://127.0.0.1:9/scripts")
    made = make_container(Settings(data_dir=tmp_path, writers="fable,offline"))
    errand = Errand()
    article = " ".join(["The bridge was closed in May, and nobody knows who will pay for it."] * 3)
    script = await (await made.get(ScriptWriter)).write(
        Brief(source_text=article), 7, 160.0, errand
    )
    assert "bridge" in script.text
    assert [attempt.provider for attempt in errand.attempts] == ["fable", "offline"]
    await made.close()


async def test_what_the_embedded_worker_comes_across_is_in_the_api_s_capabilities(
    install: Install,
    fable: Fable,
    sqlite_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    install("faceless_fable", *example())
    monkeypatch.setenv("FABLE_URL", fable.url)
    monkeypatch.setenv("FABLE_KEYS", KEYS)
    settings = Settings(data_dir=tmp_path, database_url=sqlite_url, writers="fable", worker_slots=1)
    brief = {"topic": "A fox", "pause_after": "script"}
    with serve(settings) as address:
        async with httpx.AsyncClient(base_url=address, timeout=30) as api:
            job = (await api.post("/api/generate", json=brief)).json()["id"]
            async with api.stream("GET", f"/api/jobs/{job}/events") as stream:
                async for line in stream.aiter_lines():
                    if "approval" in line:
                        break
            sketch = (await api.post("/api/generate?dry_run=true", json=brief)).json()
            answer = (await api.get("/api/capabilities")).json()
    [writer] = [port for port in answer["providers"] if port["port"] == "writer"]
    keys = writer["providers"][0]["keys"]
    assert [key["is_open"] for key in keys] == [True, False]
    offline = writer["providers"][1]
    assert (offline["name"], offline["place"]) == ("offline", None)
    assert offline["setting"] == "WRITERS"
    assert "WRITERS=offline,fable" in offline["hint"]
    [script, _] = sketch["providers"]
    assert (script["stage"], script["providers"]) == ("script", ["fable"])
