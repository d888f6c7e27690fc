"""httpx, an HTTP client: here it asks services whose addresses the operator has set."""

from adapters.httpx.exchange import HttpxExchange

__all__ = ["HttpxExchange"]
