"""What goes beside a video in the caller's own words, in place of what was derived."""

from typing import Annotated

import msgspec
from msgspec import Meta

from domain.errors import FieldError
from domain.generation.limits import (
    MAX_DESCRIPTION_BYTES,
    MAX_TAGS_CHARS,
    MAX_TITLE_CHARS,
    clean_tag,
    plain_text,
    youtube_length,
)

MAX_TAGS = MAX_TAGS_CHARS // 2
"""tags of one character each, and the commas between them"""

Title = Annotated[str, Meta(min_length=1, max_length=MAX_TITLE_CHARS)]
Description = Annotated[str, Meta(min_length=1, max_length=MAX_DESCRIPTION_BYTES)]
Tags = Annotated[
    list[Annotated[str, Meta(min_length=1, max_length=MAX_TAGS_CHARS)]], Meta(max_length=MAX_TAGS)
]


class Wording(msgspec.Struct, frozen=True, kw_only=True):
    """Title, description and tags as the caller wants them; absent fields are derived."""

    title: Title | None = None
    description: Description | None = None
    """in place of the summary, chapters and hashtags; what licences demand is added to it"""
    tags: Tags | None = None


def check_wording(wording: Wording) -> list[FieldError]:
    """Find what YouTube wouldn't take as it stands: every violation, by its JSON pointer."""
    errors: list[FieldError] = []
    texts = {"/title": wording.title, "/description": wording.description}
    texts |= {f"/tags/{n}": clean_tag(tag) for n, tag in enumerate(wording.tags or [])}
    errors += [
        FieldError(pointer, "must not be blank", "blank", "Send some words, or leave it out.")
        for pointer, text in texts.items()
        if text is not None and not plain_text(text)
    ]
    size = len(plain_text(wording.description or "").encode())
    if size > MAX_DESCRIPTION_BYTES:
        errors.append(
            FieldError(
                "/description",
                f"has {size:,} bytes as UTF-8; YouTube takes {MAX_DESCRIPTION_BYTES:,}",
                "too_long",
                "Shorten it; letters outside of English take two to four bytes each.",
            )
        )
    length = youtube_length([clean_tag(tag) for tag in wording.tags or []])
    if length > MAX_TAGS_CHARS:
        errors.append(
            FieldError(
                "/tags",
                f"have {length} characters in all; YouTube takes {MAX_TAGS_CHARS}, commas counted, "
                "a tag with a space counting two more",
                "too_long",
                "Leave some out.",
            )
        )
    return errors
