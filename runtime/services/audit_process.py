"""A process that does one audit, or makes one Excel file, and ends.

    python -m runtime.services.audit_process audit DOCUMENT     the task as a line of JSON on stdin
    python -m runtime.services.audit_process excel DOCUMENT LANGUAGE

A process of its own, because reading pages takes CPU that polls need, pages are hostile to a parser
in C, and memory goes back whole. It ends when its stdin does: with whoever began it. To stdout an
audit says how far it is (`pages requests`), at least every five seconds, and in the end its summary
as JSON; Excel goes there as it is.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
from pathlib import Path
from threading import Thread
from typing import Final

import msgspec

from collectors.audit.crawl import audit
from collectors.audit.form import Report, Task
from runtime import logs
from runtime.exchange import exchange

_NICE: Final = 10
_SAYS_EVERY: Final = 5.0
_LONGEST_LINE: Final = 1_000_000


class Order(msgspec.Struct, frozen=True):
    """What is to be done, and the UTC second at which it begins."""

    task: Task
    started: int


def main() -> None:
    """Do what the arguments say."""
    logs.start()
    # What its client says of answers is the site's own words, as many and as long as a site likes.
    logging.getLogger("aiohttp").setLevel(logging.CRITICAL)
    os.nice(_NICE)
    words = sys.argv[1:]
    if words[0] == "excel":
        _excel(Path(words[1]), words[2])
        return
    order = msgspec.json.decode(sys.stdin.buffer.readline(_LONGEST_LINE), type=Order)
    Thread(target=_end_with_stdin, daemon=True).start()
    report = asyncio.run(_audit(order))
    exchange(Path(words[1]), msgspec.json.encode(report))
    _say(msgspec.json.encode(report.summary))


def _end_with_stdin() -> None:
    while os.read(sys.stdin.fileno(), 4_096):  # no buffer, whose lock would be held at the end
        pass
    os._exit(0)


async def _audit(order: Order) -> Report:
    so_far = [0, 0]

    def tell(pages: int, requests: int) -> None:
        so_far[:] = pages, requests

    async def say() -> None:
        while True:
            _say(f"{so_far[0]} {so_far[1]}".encode())
            await asyncio.sleep(_SAYS_EVERY)

    saying = asyncio.create_task(say())
    try:
        return await audit(order.task, order.started, tell)
    finally:
        saying.cancel()


def _say(line: bytes) -> None:
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.buffer.write(line + b"\n")
        sys.stdout.buffer.flush()


def _excel(path: Path, language: str) -> None:
    from runtime.services.audit_excel import workbook  # noqa: PLC0415 - an audit does without

    report = msgspec.json.decode(path.read_bytes(), type=Report)
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.buffer.write(workbook(report, "zh" if language == "zh" else "en"))
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
