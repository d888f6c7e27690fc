"""The store's client: how patient it is, how objects are named, and its errors as domain errors."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta

from obstore.exceptions import BaseError
from obstore.store import S3Store

from domain.errors import ArtifactNotFound, ServiceUnavailable

CONNECT_TIMEOUT = "3s"
READ_TIMEOUT = "20s"
"""without a byte; a large file may take its time as long as it comes"""
TRANSFER_TIMEOUT = "1h"
RETRIES = 4
RETRY_TIMEOUT = timedelta(seconds=15)

SHA256 = re.compile(r"[0-9a-f]{64}\Z")


def connect(url: str, endpoint: str, region: str, keys: Mapping[str, str]) -> S3Store:
    """A client for ``url``; asks nothing yet. Without keys it takes the environment's."""
    config: dict[str, str] = {"region": region, **keys}
    if endpoint:
        config["endpoint"] = endpoint
    return S3Store.from_url(
        url,
        config=config,  # type: ignore[arg-type]  # a dict of those of its keys that are set
        client_options={
            "allow_http": endpoint.startswith("http://"),
            "connect_timeout": CONNECT_TIMEOUT,
            "read_timeout": READ_TIMEOUT,
            "timeout": TRANSFER_TIMEOUT,
        },
        retry_config={"max_retries": RETRIES, "retry_timeout": RETRY_TIMEOUT},
    )


def key_of(sha256: str) -> str:
    """The object's name below the prefix; ArtifactNotFound for what is no hash."""
    if not SHA256.match(sha256):
        raise ArtifactNotFound(f"{sha256!r} is not a SHA-256 in lower-case hex.")
    return f"{sha256[:2]}/{sha256[2:]}"


@contextmanager
def store_errors(sha256: str) -> Iterator[None]:
    """Say domain errors where the store says its own."""
    try:
        yield
    except FileNotFoundError as error:
        if "NoSuchBucket" in str(error):
            raise unavailable(error) from error
        raise ArtifactNotFound(f"No bytes are stored under {sha256}.", sha256=sha256) from None
    except BaseError as error:
        raise unavailable(error) from error


def unavailable(error: Exception, reason: str = "") -> ServiceUnavailable:
    """The error that callers know, with ``reason`` or the store's own words."""
    # An error's first line says what was asked and answered; the rest is the client's state.
    reason = reason or str(error).split("\n", 1)[0].strip()
    return ServiceUnavailable(
        f"The artifact store can't be used: {reason}.",
        hint="Check that it runs, its bucket, and the S3 settings.",
        service="s3",
    )
