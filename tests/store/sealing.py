"""A process that seals an hour of history, to be killed on the way.

    python -m tests.store.sealing STORE HOUR

It prints a line before it begins.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from store.ledger import FILE, open_reader
from store.seal import seal


def main(store: Path, hour: int) -> None:
    """Seal."""
    reader = open_reader(store / FILE)
    sys.stdout.write("begin\n")
    sys.stdout.flush()
    seal(store / "history", hour, reader)
    sys.stdout.write("end\n")
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
