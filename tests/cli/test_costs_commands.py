"""What was spent, and whose everything in a video is, as people read it."""

import json
import re

import msgspec
import pytest
from click.testing import CliRunner, Result
from finished_video import finish_a_video
from live_server import Backstage

from adapters.postgres import SqlSpendingBook
from app.cli import main
from app.cli.endings import spoken
from app.config import Settings, load_settings
from app.container import make_container
from domain.errors import CostCapReached
from domain.generation.packaging import Video
from domain.generation.stores import ArtifactStore
from domain.jobs.model import Job
from domain.providers.book import Intent, Payer
from domain.providers.prices import Basis


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.fixture
def settings(own_folder: None) -> Settings:
    return msgspec.structs.replace(load_settings(), min_free_bytes=0)


@pytest.fixture
async def video(left: Job, settings: Settings) -> Video:
    """A finished video, and an intent whose maker died."""
    container = make_container(settings)
    backstage = Backstage(settings, await container.get(ArtifactStore))
    try:
        await backstage.jobs.cancel(left.account_id, left.id)
        intent = Intent(
            id=left.id,
            payer=Payer(account_id="local"),
            fingerprint="a call",
            provider="openai",
            model="brand-new",
            service="chat",
            month="2026-11",
            cost=12_345,
            basis=Basis.DEAREST_OF_PROVIDER,
        )
        book = SqlSpendingBook(backstage.engine)
        await book.reserve(intent, monthly_cap=None, lease_seconds=0)
        return await finish_a_video(backstage)
    finally:
        await backstage.engine.dispose()
        await container.close()


def test_costs_are_told_by_model_with_what_is_uncertain(video: Video) -> None:
    told = run("costs", "--month", "2026-11")

    assert told.exit_code == 0, told.output
    line = r"^openai +brand-new +chat +1 +0\.0123 +1 uncertain, price assumed$"
    assert re.search(line, told.stdout, re.MULTILINE), told.stdout
    assert re.search(r"^of it uncertain +0\.0123 USD$", told.stdout, re.MULTILINE)
    assert re.search(r"^cap +50\.0000 USD$", told.stdout, re.MULTILINE)
    assert json.loads(run("costs", "--month", "2026-11", "--json").stdout)["spent_usd"] == 0.012345
    assert re.search(r"^spent +0\.0000 USD$", run("costs", "--month", "2026-10").stdout, re.M)


def test_a_month_that_is_none_names_the_option(left: Job) -> None:
    wrong = run("costs", "--month", "november")

    assert wrong.exit_code == 2
    assert "--month is no month" in wrong.stderr
    assert "2026-11" in wrong.stderr


def test_rights_are_told_with_what_the_description_lacks(video: Video) -> None:
    told = run("videos", "rights", str(video.id))

    assert told.exit_code == 0, told.output
    assert re.search(r"^font +not needed +Montserrat +OFL-1\.1$", told.stdout, re.MULTILINE)
    items = json.loads(run("videos", "rights", str(video.id), "--json").stdout)["items"]
    assert {item["what"] for item in items} >= {"voice", "music", "font"}


def test_a_request_says_what_it_may_cost(left: Job) -> None:
    made = CliRunner().invoke(
        main, ["generate", "--script", "-", "--max-cost", "0.5", "--no-wait"], input="Bees hum."
    )
    assert made.exit_code == 0, made.output
    shown = json.loads(run("jobs", "show", made.stdout.strip(), "--json").stdout)
    assert shown["request"]["max_cost"] == 0.5
    wrong = CliRunner().invoke(
        main, ["generate", "--script", "-", "--max-cost", "-1", "--no-wait"], input="Bees hum."
    )
    assert wrong.exit_code == 2
    assert "--max-cost" in wrong.stderr


def test_a_job_is_retried_under_another_cap(left: Job) -> None:
    job = str(left.id)
    for given, kept in ((["--max-cost", "2.5"], 2.5), (["--no-max-cost"], None)):
        assert run("cancel", job).exit_code == 0
        again = run("jobs", "retry", job, *given)
        assert again.exit_code == 0, again.output
        shown = json.loads(run("jobs", "show", job, "--json").stdout)
        assert shown["request"]["max_cost"] == kept
    for wrong in (["-1"], ["much"], ["nan"], ["1", "--no-max-cost"]):
        refused = run("jobs", "retry", job, "--max-cost", *wrong)
        assert refused.exit_code == 2
        assert "--max-cost" in refused.stderr


def test_the_way_out_of_a_cap_is_told_as_a_command() -> None:
    told = spoken(CostCapReached("Too dear.").hint_text)
    assert "`faceless jobs retry ID --max-cost USD`" in told
