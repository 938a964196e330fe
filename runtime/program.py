"""`extranet run`: check, then live until told to stop."""

from __future__ import annotations

import asyncio
import resource
import sys
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from runtime import garbage, logs
from runtime.check import check, render
from runtime.clock import Steady
from store.errors import StoreError
from texts.say import Language, say

if TYPE_CHECKING:
    from runtime.monitor import Monitor

_SPARE_DESCRIPTORS: Final = 512
"""For files, sockets of the api and of stores; the rest is for SNMP."""

_FEWEST_SESSIONS: Final = 256


def run(
    inventory: Path | None,
    config: Path | None,
    environ: Mapping[str, str],
    language: Language,
    *,
    record: Path | None = None,
    first_person: str = "",
) -> int:
    """Run the monitor until SIGINT or SIGTERM; return the exit code.

    `first_person`: where nobody may log in yet, add this person as admin and print the token.
    """
    garbage.hold()
    read = partial(check, inventory, config, environ)
    checked = read()
    if checked.problems:
        print(render(checked.problems, language), file=sys.stderr)
    if not checked.good:
        return 1
    from runtime.monitor import open_monitor  # noqa: PLC0415 - other commands, and a refusal, do without

    logs.start()
    limit = _descriptors()
    sessions = limit - _SPARE_DESCRIPTORS
    if sessions < _FEWEST_SESSIONS:
        print(
            say(
                "run.few_descriptors",
                language,
                limit=limit,
                least=_SPARE_DESCRIPTORS + _FEWEST_SESSIONS,
            ),
            file=sys.stderr,
        )
        return 1
    clock = Steady()
    try:
        monitor = open_monitor(checked, read, clock, sessions=sessions, record=record)
    except StoreError as error:
        print(tell(error, language), file=sys.stderr)
        return 1
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        return runner.run(_live(monitor, language, first_person))


async def _live(monitor: Monitor, language: Language, first_person: str) -> int:
    garbage.settle()
    try:
        address = await monitor.start()
        if first_person and not monitor.has_people():
            token = monitor.add_admin(first_person)
            print(say("run.token", language, token=token), flush=True)
        elif not monitor.has_people():
            print(say("run.nobody", language), flush=True)
        print(say("run.listening", language, address=address), flush=True)
        await monitor.stopped()
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        await monitor.stop()
    if monitor.failure is not None:
        return 1
    print(say("run.stopped", language), flush=True)
    return 0


def tell(error: StoreError, language: Language) -> str:
    """Say what is wrong with the store, and what to do."""
    return say(f"store.{error.code}", language, path=error.path, detail=error.detail)


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    """Return uvloop's where its wheel exists; the standard loop works as well."""
    if find_spec("uvloop") is None:
        return asyncio.new_event_loop
    factory: Callable[[], asyncio.AbstractEventLoop] = import_module("uvloop").new_event_loop
    return factory


def _descriptors() -> int:
    """Raise the limit of open files as far as allowed, and return it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard if hard != resource.RLIM_INFINITY else 65_536
