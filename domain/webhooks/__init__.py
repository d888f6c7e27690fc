"""Webhooks: telling a user's own server what happened to a job, signed and again until it hears.

As https://www.standardwebhooks.com lays down (Standard Webhooks 1.0.0).
"""

from domain.webhooks.delivering import Courier
from domain.webhooks.model import (
    Attempt,
    Delivery,
    DeliverySelection,
    DeliveryState,
    EventType,
    Webhook,
    news_of,
)
from domain.webhooks.ports import DeliveryStore, WebhookStore
from domain.webhooks.service import AccountSecret, NewSecret, Webhooks

__all__ = [
    "AccountSecret",
    "Attempt",
    "Courier",
    "Delivery",
    "DeliverySelection",
    "DeliveryState",
    "DeliveryStore",
    "EventType",
    "NewSecret",
    "Webhook",
    "WebhookStore",
    "Webhooks",
    "news_of",
]
