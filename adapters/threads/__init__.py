"""Worker threads of the API process, and the bell that wakes them."""

from adapters.threads.bell import Listener, ThreadBell

__all__ = ["Listener", "ThreadBell"]
