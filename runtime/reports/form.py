"""What the monitor and the processes that make reports say to each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from sla.changes import Change
from sla.periods import Window
from sla.records import PeriodClosed
from sla.ruleset import RuleSet
from store.reports import Place

MADE: Final = "made.json"


class Made(msgspec.Struct, frozen=True):
    """What is said of a report that was made, beside it. `end`: of its window, UTC seconds.

    `changed`: seconds whose class is another than in the revision before. `not_rendered`: formats
    that were to be made with it and could not be. `left_out`: as in the report.
    """

    sha256: str
    made_at: int
    start: int
    end: int
    provisional: bool
    previous: str
    rules: str
    tree: int
    root: str
    changed: int
    not_rendered: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def closed_as(place: Place, made: Made, changed: Sequence[Change]) -> PeriodClosed:
    """Return the record that settles a period as what was made."""
    return PeriodClosed(
        carrier=place.carrier,
        period=place.period,
        revision=place.revision,
        report=made.sha256,
        previous=made.previous,
        rules=made.rules,
        tree=made.tree,
        root=made.root,
        changed=tuple(changed),
        left_out=made.left_out or msgspec.UNSET,
    )


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be made. `earlier`: SHA-256 (hex) of the revision before, "" = there is none.

    `register`: canonical bytes. `views`: formats that are made with it, in `languages`.
    """

    store: Path
    place: Place
    window: Window
    register: bytes
    rules: RuleSet
    earlier: str
    now: int
    views: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()


class Rendered(msgspec.Struct, frozen=True):
    """A view."""

    content: bytes
    media: str
