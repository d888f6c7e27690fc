"""URLs that open one object to anybody for a while: AWS Signature Version 4 in the query.

The store's client signs too, but without the parameters that name the type and the file name
of the answer, and an object here has neither: it is only bytes under their hash. Source:
"Authenticating Requests: Using Query Parameters (AWS Signature Version 4)" of the S3 reference.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote, urlsplit

import msgspec

ALGORITHM = "AWS4-HMAC-SHA256"

LONGEST_SECONDS = 7 * 24 * 3600
"""that a signature may last"""


class Signer(msgspec.Struct, frozen=True, kw_only=True):
    """Signs for one address of a store, with one pair of keys."""

    endpoint: str
    """such as ``https://files.example.org``"""
    region: str
    access_key: str
    secret_key: str

    def sign_get(
        self, path: str, seconds: int, now: datetime, answer: Mapping[str, str] | None = None
    ) -> str:
        """A URL for GET (with Range) of ``path``, ``/bucket/key``, for so many seconds.

        Args:
            path: not encoded yet.
            seconds: at most seven days.
            now: with a time zone; the store refuses what is more than minutes off its clock.
            answer: headers of the answer, as S3 names them: ``response-content-type`` and
                ``response-content-disposition`` among them.
        """
        address = urlsplit(self.endpoint)
        path = address.path.rstrip("/") + quote(path, safe="/-_.~")
        moment = now.strftime("%Y%m%dT%H%M%SZ")
        scope = f"{moment[:8]}/{self.region}/s3/aws4_request"
        query = {
            "X-Amz-Algorithm": ALGORITHM,
            "X-Amz-Credential": f"{self.access_key}/{scope}",
            "X-Amz-Date": moment,
            "X-Amz-Expires": str(min(seconds, LONGEST_SECONDS)),
            "X-Amz-SignedHeaders": "host",
            **(answer or {}),
        }
        spelt = "&".join(f"{_encoded(k)}={_encoded(v)}" for k, v in sorted(query.items()))
        request = f"GET\n{path}\n{spelt}\nhost:{address.netloc}\n\nhost\nUNSIGNED-PAYLOAD"
        digest = hashlib.sha256(request.encode()).hexdigest()
        signature = _mac(self._key(moment[:8]), f"{ALGORITHM}\n{moment}\n{scope}\n{digest}").hex()
        return f"{address.scheme}://{address.netloc}{path}?{spelt}&X-Amz-Signature={signature}"

    def _key(self, day: str) -> bytes:
        key = f"AWS4{self.secret_key}".encode()
        for part in (day, self.region, "s3", "aws4_request"):
            key = _mac(key, part)
        return key


def _encoded(text: str) -> str:
    return quote(text, safe="-_.~")


def _mac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
