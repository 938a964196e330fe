"""Two persons: what one says counts when another agrees, wherever it moves seconds or money.

Nothing is edited: an approval, a rejection and a withdrawal are later records. What a record says
that it may not changes nothing, so whoever recomputes a report need not trust who wrote it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from sla.records import Verdict

State = Literal["filed", "approved", "rejected", "withdrawn", "replaced"]
STATES: Final[tuple[State, ...]] = ("filed", "approved", "rejected", "withdrawn", "replaced")
LIVING: Final[frozenset[State]] = frozenset({"filed", "approved"})
AFTER: Final[Mapping[Verdict, State]] = {
    "approve": "approved",
    "reject": "rejected",
    "withdraw": "withdrawn",
}
"""How what waited stands after a verdict."""


def is_second(first: str, person: str) -> bool:
    """Say whether `person` may agree to what `first` said: a person, and another one."""
    return person not in ("", first)


def may_say(verdict: Verdict, state: State, first: str, person: str) -> bool:
    """Say whether `person` may say it of what `first` filed: it waits; one's own is withdrawn."""
    if state != "filed":
        return False
    if verdict == "withdraw":
        return bool(person) and person == first
    return is_second(first, person)
