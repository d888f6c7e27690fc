"""Answers as examples of the API's description, by the name of the schema that they're of.

They are made of the structs themselves, so that a new field is in its example or is missed here.
"""

from typing import Any

import msgspec

from app.controllers.answers_of_catalog import CATALOG_ANSWERS
from app.controllers.answers_of_videos import ACCEPTED_AT, FINISHED_AT, VIDEO_ANSWERS
from app.controllers.answers_of_webhooks import WEBHOOK_ANSWERS
from app.controllers.answers_of_work import WORK_ANSWERS
from app.controllers.bodies import Health
from app.controllers.keys import KeyList, KeyWithToken
from app.readiness import Check, Readiness
from domain.access import Key, Scope

KEY = Key(
    id="55ee3f11b85a456b",
    account_id="local",
    name="laptop",
    scopes=[Scope.JOBS_WRITE, Scope.VIDEOS_WRITE],
    created_at=ACCEPTED_AT,
    expires_at=None,
    revoked_at=None,
    last_used_at=None,
)
NO_KEY = f"fk_{KEY.id}_{'0' * 64}"
"""one that looks right and opens nothing"""

Named = dict[str, Any]
"""an example's value by its summary"""

ANSWER_EXAMPLES: dict[str, Named] = {
    **WORK_ANSWERS,
    **VIDEO_ANSWERS,
    **CATALOG_ANSWERS,
    **WEBHOOK_ANSWERS,
    "Key": {
        "Revoked just now": msgspec.structs.replace(KEY, revoked_at=FINISHED_AT),
    },
    "KeyWithToken": {"A new key": KeyWithToken(NO_KEY, KEY)},
    "KeyList": {"One key": KeyList([KEY])},
    "Health": {"It lives": Health("ok", "0.1.0")},
    "Readiness": {"It can work": Readiness("ok", {"database": Check(ok=True, milliseconds=1.7)})},
}
"""by operation, else by schema and status, schema, or media type"""
