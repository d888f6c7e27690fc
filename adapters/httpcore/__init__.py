"""Requests to addresses that users name, over connections that go where was checked."""

from adapters.httpcore.client import GuardedClient
from adapters.httpcore.network import GuardedNetwork
from adapters.httpcore.resolver import SystemResolver

__all__ = ["GuardedClient", "GuardedNetwork", "SystemResolver"]
