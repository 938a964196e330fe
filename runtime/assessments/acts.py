"""What people's acts about an assessment have in common: a pace, documents by hash, a full disk."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from api.ports_carrier_reports import RefusedError
from sla.records import Document
from store.documents import DocumentError, Documents
from store.errors import StoreError

HOUR: Final = 3600
BUSY_SECONDS: Final = 5
"""After which it is worth asking again."""


class Pace:
    """Counts what each person does. `limits`: of each kind of act, how much in how many seconds."""

    def __init__(self, now: Callable[[], int], limits: Mapping[str, tuple[int, int]]) -> None:
        self._now = now
        self._limits = limits
        self._done: dict[tuple[str, str], deque[tuple[int, int]]] = {}

    def take(self, what: str, person: str, amount: int = 1) -> None:
        """Count an act. Raises RefusedError while it is too much."""
        now, (most, within) = self._now(), self._limits[what]
        done = self._done.setdefault((what, person), deque())
        while done and done[0][0] <= now - within:
            done.popleft()
        if done and sum(each for _, each in done) + amount > most:
            wait = done[0][0] + within - now
            raise RefusedError(429, "too_many_filings", retry_after=wait)
        done.append((now, amount))


async def named(documents: Documents, wanted: Sequence[tuple[str, str]]) -> tuple[Document, ...]:
    """Return documents that are kept, by (SHA-256, name). Raises RefusedError."""
    found = []
    for sha256, name in wanted:
        with refusing():
            kept = await asyncio.to_thread(documents.find, sha256)
        if kept is None:
            raise RefusedError(422, "unknown_document", sha256=sha256)
        found.append(Document(kept.sha256, name, kept.size, kept.media))
    return tuple(found)


@contextmanager
def refusing() -> Iterator[None]:
    """Turn what the store says into what a caller is told."""
    try:
        yield
    except DocumentError as error:
        status = 507 if error.code == "full" else 422
        raise RefusedError(status, f"document_{error.code}") from None
    except StoreError as error:
        code = "document_damaged" if error.code == "corrupt" else "not_kept"
        raise RefusedError(503, code, retry_after=BUSY_SECONDS) from error
