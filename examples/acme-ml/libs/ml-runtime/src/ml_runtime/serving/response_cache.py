"""Answers to bodies that were seen before, byte for byte."""

from __future__ import annotations

from collections import OrderedDict
from time import monotonic

# What an entry takes beside its bytes: key and value tuples, and the places in the dictionary.
ENTRY_BYTES = 400

# Media types of the body and of the answer together, the model's version, the body.
Key = tuple[str, str, bytes]


class ResponseCache:
    """The least recently used entries go first.

    Args:
        size: Most bytes of bodies and responses together.
        seconds: Age at which an entry is dropped.

    Attributes:
        used: Bytes that the entries take.
    """

    def __init__(self, size: int, seconds: float) -> None:
        self.size, self.seconds, self.used = size, seconds, 0
        self._entries: OrderedDict[Key, tuple[float, bytes]] = OrderedDict()

    def get(self, key: Key) -> bytes | None:
        """Return the response to a body, or None."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        if monotonic() >= entry[0]:
            self._drop(key)
            return None
        self._entries.move_to_end(key)
        return entry[1]

    def put(self, key: Key, response: bytes) -> None:
        """Keep a response, unless it alone takes more than a tenth of the size."""
        cost = _cost(key, response)
        if cost > self.size / 10:
            return
        if key in self._entries:
            self._drop(key)
        self._entries[key] = (monotonic() + self.seconds, response)
        self.used += cost
        while self.used > self.size:
            self._drop(next(iter(self._entries)))

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()
        self.used = 0

    def _drop(self, key: Key) -> None:
        _, response = self._entries.pop(key)
        self.used -= _cost(key, response)


def _cost(key: Key, response: bytes) -> int:
    return len(key[2]) + len(response) + ENTRY_BYTES
