"""Requests to paste: every one of them is accepted as it stands by a fresh installation."""

from typing import Any

REQUEST_EXAMPLES: dict[tuple[str, str], dict[str, dict[str, Any]]] = {
    ("post", "/api/generate"): {
        "topic": {"summary": "A Short on a topic", "value": {"topic": "Octopus"}},
        "script": {
            "summary": "A finished script, landscape, with calm music",
            "value": {
                "script": "Honey never spoils. Jars of it were found in tombs that were three "
                "thousand years old, and it could still be eaten.",
                "title": "Why honey never spoils",
                "aspect_ratio": "16:9",
                "voice": {"speed": 1.05},
                "music": {"mood": "calm"},
                "metadata": {"order": 1042},
            },
        },
        "article": {
            "summary": "An article, condensed to a quarter of a minute",
            "value": {
                "source_text": "The lighthouse was built in 1863. Its lamp burnt oil until 1921, "
                "when it was given electricity. For sixty years one family kept it, and their "
                "log books note every ship that passed. Since 1985 it runs by itself. Visitors "
                "may climb its 187 steps from May to September.",
                "duration": 15,
            },
        },
        "planned": {
            "summary": "For a channel that has a tone, with a cap on what providers are paid",
            "value": {
                "topic": "Honey",
                "tone": "dry, a little amused",
                "channel": "oddities",
                "max_cost": 0.5,
            },
        },
        "dialogue": {
            "summary": "A script for two speakers",
            "value": {
                "script": "[host] Does honey spoil?\n\n[guest] Never. Jars of it were found in "
                "tombs. [host] And could it still be eaten?\n\n[guest] It could.",
                "speakers": {"host": {"speed": 1.1}, "guest": {"speed": 0.95}},
                "voice_change": "start_over",
            },
        },
        "staged": {
            "summary": "A Short whose script is to be looked at before it's spoken",
            "value": {"topic": "Honey", "pause_after": "script"},
        },
        "scenes": {
            "summary": "Scenes of one's own, in a brand's colours",
            "value": {
                "scenes": [
                    {"text": "Three habits make code easier to read.", "kind": "hook"},
                    {
                        "text": "Name things for what they mean, keep functions short, and "
                        "delete what nobody calls.",
                        "heading": "Three habits",
                        "kind": "list",
                    },
                ],
                "brand": {"palette": "lagoon", "accent": "#FFB703"},
                "captions": {"style": "box", "position": "lower"},
                "pronunciations": {"SQL": "sequel"},
                "seed": 7,
            },
        },
    },
    ("patch", "/api/videos/{video_id}/scenes/{number}"): {
        "words": {
            "summary": "Other words",
            "value": {"text": "An octopus has three hearts, and two of them stop as it swims."},
        },
        "look": {
            "summary": "Another picture and heading, and how a name is spoken",
            "value": {
                "kind": "number",
                "heading": "Three hearts",
                "pronunciations": {"Kauai": "kah-wah-ee"},
            },
        },
    },
    ("post", "/api/videos/{video_id}/revisions"): {
        "noted": {"summary": "With the corrections that were noted", "value": {}},
        "direct": {
            "summary": "With a correction sent along",
            "value": {"scenes": {"0": {"text": "An octopus has three hearts."}}},
        },
    },
    ("put", "/api/presets/{name}"): {
        "brand": {
            "summary": "A brand's Shorts",
            "value": {
                "aspect_ratio": "9:16",
                "brand": {"palette": "lagoon", "accent": "#FFB703"},
                "captions": {"style": "box", "position": "lower"},
                "voice": {"speed": 1.05},
                "music": {"mood": "calm"},
                "pronunciations": {"Kauai": "kah-wah-ee", "SQL": "sequel"},
            },
        },
    },
    ("post", "/api/webhooks"): {
        "everything": {
            "summary": "Told everything",
            "value": {"url": "https://example.com/hooks/faceless"},
        },
        "ends": {
            "summary": "Told when something has ended",
            "value": {
                "url": "https://example.com/hooks/faceless",
                "events": ["job.failed", "video.ready"],
                "description": "The shop",
            },
        },
    },
    ("patch", "/api/webhooks/{webhook_id}"): {
        "enable": {"summary": "Go on after it was disabled", "value": {"enabled": True}},
        "move": {
            "summary": "Another address",
            "value": {"url": "https://example.org/hooks/faceless"},
        },
    },
    ("post", "/api/jobs/{job_id}/retry"): {
        "as it is": {"summary": "Once more, as it was asked for", "value": {}},
        "cap": {
            "summary": "With another cap on what providers are paid",
            "value": {"max_cost": 2.5},
        },
    },
    ("post", "/api/jobs/{job_id}/approve"): {
        "as it is": {"summary": "Go on with it as it is", "value": {}},
        "corrected": {
            "summary": "Other words in a scene, and a title",
            "value": {
                "scenes": {"0": {"text": "An octopus has three hearts."}},
                "title": "Three hearts and nine brains",
            },
        },
        "wording": {
            "summary": "What stands beside the video",
            "value": {
                "title": "Why honey never spoils",
                "description": "A jar of honey keeps for three thousand years.",
                "tags": ["honey", "bees", "food history"],
            },
        },
    },
    ("post", "/api/jobs/{job_id}/reject"): {
        "reason": {
            "summary": "With a reason",
            "value": {"reason": "The third scene isn't true any more."},
        },
    },
    ("post", "/api/keys"): {
        "laptop": {
            "summary": "For somebody who makes videos",
            "value": {"name": "laptop", "scopes": ["jobs:write", "videos:write"]},
        },
        "player": {
            "summary": "For a page that shows videos, for a month",
            "value": {"name": "player", "scopes": ["videos:read"], "expires_days": 30},
        },
    },
}
"""by method and path, as OpenAPI's named examples"""
