"""Signed URLs: the signature is the one that Amazon's own code makes."""

from datetime import UTC, datetime

import pytest
from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from adapters.s3.signing import LONGEST_SECONDS, Signer

SIGNER = Signer(
    endpoint="http://127.0.0.1:9000",
    region="eu-central-1",
    access_key="AKIDEXAMPLE",
    secret_key="wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
)
PATH = "/artifacts/some prefix/ab/cdef"
ANSWERS = [
    {},
    {"response-content-type": "text/vtt; charset=utf-8"},
    {
        "response-content-type": "video/mp4",
        "response-content-disposition": 'attachment; filename="o_.mp4"; '
        "filename*=UTF-8''%D0%9E%20(1)*~+=&.mp4",
    },
]


def signature_of(url: str) -> str:
    return url.rpartition("X-Amz-Signature=")[2]


@pytest.mark.parametrize("answer", ANSWERS)
def test_the_signature_is_that_of_amazon_s_own_code(
    answer: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime(2026, 11, 25, 22, 30, 1, tzinfo=UTC)
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: now)
    path = PATH.replace(" ", "%20")
    request = AWSRequest("GET", f"http://127.0.0.1:9000{path}", params=dict(answer))
    keys = Credentials(SIGNER.access_key, SIGNER.secret_key)
    S3SigV4QueryAuth(keys, "s3", SIGNER.region, expires=600).add_auth(request)

    url = SIGNER.sign_get(PATH, 600, now, answer)

    assert signature_of(url) == signature_of(request.url)
    assert url.startswith(f"http://127.0.0.1:9000{path}?")


def test_the_example_of_the_reference() -> None:
    signer = Signer(
        endpoint="https://examplebucket.s3.amazonaws.com",
        region="us-east-1",
        access_key="AKIAIOSFODNN7EXAMPLE",
        secret_key="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    )

    url = signer.sign_get("/test.txt", 86_400, datetime(2013, 5, 24, tzinfo=UTC))

    assert signature_of(url) == "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"


def test_no_signature_lasts_longer_than_stores_allow() -> None:
    url = SIGNER.sign_get(PATH, 10 * LONGEST_SECONDS, datetime.now(UTC))
    assert "X-Amz-Expires=604800&" in url
