"""The processes that make and read reports: their end of the pool, and ours.

A report is made by a process that ends with it, so that its memory goes back whole; views are made
by another one, so that nobody waits for a report who wants to see one. What is called is named, not
imported: the libraries it needs stay out of the monitor's process.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.sharedctypes import RawArray
from typing import TYPE_CHECKING, Any, Final

import msgspec

from store.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import MutableSequence

_WORK: Final = "runtime.reports.work"
_LOOK_SECONDS: Final = 0.5
_DONE, _OF, _STOP = range(3)


class Failed(msgspec.Struct, frozen=True):
    """It came to nothing: a code, and words for whoever operates the monitor.

    `detail`: of what a renderer says, the parameters as JSON. `where`: carrier, period and revision
    of a file that is not what it should be.
    """

    code: str
    detail: str = ""
    where: tuple[str, ...] = ()


class _Place:
    """What a process of a pool holds: the numbers it shares with the monitor."""

    shared: MutableSequence[int] | None = None


def begin(shared: MutableSequence[int] | None) -> None:
    """Prepare a new process."""
    import_module("runtime.underling").settle_in()
    _Place.shared = shared


def call(function: str, *arguments: object) -> Any:
    """Do one of the jobs; what is to be said to a person comes back as a `Failed`."""
    work = import_module(_WORK)
    try:
        return getattr(work, function)(*arguments)
    except work.StoppedError:
        return Failed("stopped")
    except StoreError as error:
        return Failed(error.code, str(error), error.path.parts[-4:-1])
    except Exception as error:  # noqa: BLE001 - not every exception can be carried over
        code, parameters = getattr(error, "code", ""), getattr(error, "parameters", {})
        if code:
            return Failed(str(code), msgspec.json.encode(parameters).decode())
        import_module("logging").getLogger("extranet.reports").exception("a report failed")
        return Failed("failed", f"{type(error).__name__}: {error}")


def make(order: object) -> Any:
    """Make a report, and tell how far it is."""
    shared = _Place.shared
    assert shared is not None

    def tell(done: int, of: int) -> None:
        shared[_DONE], shared[_OF] = done, of
        if shared[_STOP]:
            raise import_module(_WORK).StoppedError

    return call("make", order, tell)


async def making(order: object, tell: Callable[[int, int], None]) -> Any:
    """Make a report in a process of its own; `tell` is called now and then with `done`, `of`.

    Cancelled, it has the process stop at its next step. Raises BrokenProcessPool: it was killed.
    """
    shared = RawArray("q", 3)
    pool = ProcessPoolExecutor(1, get_context("spawn"), begin, (shared,))
    doing = asyncio.get_running_loop().run_in_executor(pool, make, order)
    try:
        while not doing.done():
            await asyncio.wait([doing], timeout=_LOOK_SECONDS)
            tell(shared[_DONE], shared[_OF])
        return doing.result()
    finally:
        shared[_STOP] = 1
        pool.shutdown(wait=False, cancel_futures=True)


class Readers:
    """One process that reads reports; begun when it is wanted first, and again when it died."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None

    async def ask(self, function: str, *arguments: object) -> Any:
        """Do one of the jobs. Raises BrokenProcessPool: the process died; ask again."""
        if self._pool is None:
            self._pool = ProcessPoolExecutor(1, get_context("spawn"), begin, (None,))
        pool = self._pool
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(pool, call, function, *arguments)
        except Exception:
            if self._pool is pool:
                self._pool = None
            pool.shutdown(wait=False)
            raise

    def stop(self) -> None:
        """End it."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None
