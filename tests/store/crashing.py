"""A process that writes a ledger until it is killed, and says what was acknowledged.

    python -m tests.store.crashing FOLDER

It prints the number of each batch after `append` returned from it. Batch n holds the transitions
`2n` and `2n + 1` of one target, with a heartbeat and an entry of the audit trail.
"""

from __future__ import annotations

import sys
from pathlib import Path

from inventory.model import link_target
from sla.states import State, Transition
from store.entries import AuditEntry, Heartbeat
from store.ledger import open_ledger

T0 = 1_795_000_000
TARGETS = 7


def transition(number: int) -> Transition:
    """The transition of that number."""
    state = State.DOWN if number // TARGETS % 2 else State.UP
    return Transition(link_target(f"l{number % TARGETS}"), state, T0 + number, T0 + number, "")


def main(folder: Path) -> None:
    """Write for ever."""
    ledger = open_ledger(folder, T0)
    before = ledger.reads.last_heartbeat()
    batch = 0 if before is None else (before - T0) // 10 + 1
    while True:
        ledger.append(
            [
                transition(2 * batch),
                transition(2 * batch + 1),
                Heartbeat(T0 + 10 * batch),
                AuditEntry(T0, "test", "write", str(batch)),
            ]
        )
        sys.stdout.write(f"{batch}\n")
        sys.stdout.flush()
        batch += 1


if __name__ == "__main__":
    main(Path(sys.argv[1]))
