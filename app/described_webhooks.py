"""What webhooks are sent: the ``webhooks`` of the description (OpenAPI 3.1, 4.8.1).

No route answers these messages, so that nothing of them is in Litestar's description; their
schemas come from the structs that are sent.
"""

from typing import Any

import msgspec

from app.controllers.answers_of_webhooks import headers_of, message_of
from app.controllers.webhooks import WebhooksController
from app.struct_notes import field_notes, summary_of
from domain.generation.shown import VideoBody
from domain.webhooks import EventType
from domain.webhooks.news import JobNews, TestNews

REFERENCE = "#/components/schemas/{name}"

CONTENTS: dict[EventType, type[msgspec.Struct]] = {
    **dict.fromkeys(EventType, JobNews),
    EventType.VIDEO_READY: VideoBody,
    EventType.WEBHOOK_TEST: TestNews,
}
"""what the ``data`` of each message is"""

MEANINGS: dict[EventType, str] = {
    EventType.JOB_STARTED: "A job has begun",
    EventType.JOB_WAITING: "A job waits",
    EventType.JOB_SUCCEEDED: "A job has succeeded",
    EventType.JOB_FAILED: "A job has failed",
    EventType.JOB_CANCELLED: "A job was cancelled",
    EventType.VIDEO_READY: "A video can be fetched",
    EventType.WEBHOOK_TEST: "A test",
}

HEADERS = {
    "webhook-id": "Names the message, the same at every attempt: one that came before can be "
    "left aside.",
    "webhook-timestamp": "When it was sent, in seconds since 1970: refuse what is older than "
    "five minutes.",
    "webhook-signature": "`v1,` and the base64 of an HMAC-SHA256 over `{id}.{timestamp}.{body}`; "
    "two of them, with a space between, while a rotated secret still signs.",
}


def describe_webhooks(schemas: dict[str, Any]) -> dict[str, Any]:
    """The messages by their types; schemas that they need are added to ``schemas``."""
    _, needed = msgspec.json.schema_components(CONTENTS.values(), ref_template=REFERENCE)
    for name, schema in needed.items():
        schemas.setdefault(name, schema)
    for struct in (JobNews, TestNews):
        schema = schemas[struct.__name__]
        schema["description"] = summary_of(struct)
        for field, note in field_notes(struct).items():
            schema["properties"][field]["description"] = note
    return {event.value: {"post": _message(event)} for event in EventType}


def _message(event: EventType) -> dict[str, Any]:
    schema = {
        "type": "object",
        "required": ["type", "timestamp", "data"],
        "properties": {
            "type": {"const": event.value},
            "timestamp": {
                "type": "string",
                "format": "date-time",
                "description": "When it happened, which may be long before it's delivered.",
            },
            "data": {"$ref": REFERENCE.format(name=CONTENTS[event].__name__)},
        },
    }
    example = {"summary": MEANINGS[event], "value": message_of(event)}
    signed = headers_of(event)
    return {
        "operationId": f"told_{event.value.replace('.', '_')}",
        "tags": [*WebhooksController.tags],
        "summary": MEANINGS[event],
        "description": "Sent to webhooks and to the `webhook_url` of requests, signed as "
        "[Standard Webhooks](https://www.standardwebhooks.com) lays down. Answer within 15 "
        "seconds, and look at it afterwards.",
        "security": [],
        "parameters": [
            {
                "name": name,
                "in": "header",
                "required": True,
                "description": description,
                "schema": {"type": "string"},
                "example": signed[name],
            }
            for name, description in HEADERS.items()
        ],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": schema, "examples": {"message": example}}},
        },
        "responses": {
            "2XX": {"description": "It was taken."},
            "410": {"description": "Nothing more is wanted here: the webhook is disabled."},
            "default": {
                "description": "It is sent again: after 5 seconds, 5 and 30 minutes, 2, 5, 10, "
                "14, 20 and 24 hours, or later where `Retry-After` asks for it."
            },
        },
    }
