"""A process whose disk fills while it writes a ledger, and has room again later.

    python -m tests.store.filling FOLDER LIMIT

Files may not grow beyond LIMIT bytes (RLIMIT_FSIZE; 0 = no limit, the file system is small). It
prints `<acknowledged> <failure>` when `append` refuses, waits for a line, lifts the limit, and
prints how many were written when it is done.
"""

from __future__ import annotations

import resource
import signal
import sys
from pathlib import Path

from store.entries import Entry
from store.errors import StoreError
from store.ledger import open_ledger
from store.writer import Writer
from tests.servers import wait_for
from tests.store.crashing import T0, transition


def main(folder: Path, limit: int) -> None:
    """Fill, wait, go on."""
    ledger = open_ledger(folder, T0)
    if limit:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    number = 0
    try:
        while True:
            ledger.append([transition(number + n) for n in range(100)])
            number += 100
    except StoreError as error:
        refusal = f"{number} {error.code} {error.temporary}"
    writer: Writer[Entry] = Writer(ledger.append, lambda: T0, name="ledger")
    writer.start()
    writer.submit(*(transition(number + n) for n in range(100)))
    wait_for(lambda: writer.failing_since == T0, what="the writer to be refused too")
    sys.stdout.write(f"{refusal}\n")
    sys.stdout.flush()
    sys.stdin.readline()
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
    left = writer.stop(30)
    sys.stdout.write(f"{number + writer.written} {left} {writer.failures > 0}\n")
    ledger.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
