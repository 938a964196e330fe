"""What the monitor and the processes that make reports say to each other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from sla.periods import Window
from sla.ruleset import RuleSet
from store.reports import Place

MADE: Final = "made.json"


class Made(msgspec.Struct, frozen=True):
    """What is said of a report that was made, beside it. `end`: of its window, UTC seconds.

    `changed`: seconds whose class is another than in the revision before. `not_rendered`: formats
    that were to be made with it and could not be.
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
