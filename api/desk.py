"""What every handler has at hand, made once by `api.app.build`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Final, cast

from fastapi import Depends
from starlette.requests import Request

from api.board import Board, make_board
from api.listing import Listing, make_listing
from api.memo import Memo
from api.ports import Person, Ports, Session
from api.ports_assessment import AssessmentPorts
from api.roles import permissions
from api.scope import sees
from api.settings import ApiSettings
from api.throttle import Throttle
from inventory.model import Inventory
from texts.say import Language

_NO_ASSESSMENT: Final = AssessmentPorts()
LISTING_SECONDS: Final = 3600
BOARD_SECONDS: Final = 2
FIGURE_SECONDS: Final = 30
"""How old an availability figure may be: its making takes another process's time."""


@dataclass(slots=True)
class Counters:
    """What happened at the door; read by the monitor's own metrics."""

    unauthenticated: int = 0
    not_permitted: int = 0
    secrets_in_urls: int = 0
    errors: int = 0
    streams: int = 0
    """Event streams open now."""
    resyncs: int = 0
    """Times a reader of events fell behind here and was told to start over."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, how, and in which language he reads."""

    person: Person
    session: Session | None
    language: Language

    def may(self, permission: str) -> bool:
        """Say whether a role of the caller allows it."""
        return permission in permissions(self.person)

    @property
    def scoped(self) -> bool:
        """Whether the caller sees only a part of the province."""
        return bool(self.person.sites or self.person.carriers)


@dataclass(frozen=True, slots=True)
class Desk:
    """The ports, the settings, and what is worth keeping between requests."""

    ports: Ports
    settings: ApiSettings
    throttle: Throttle = field(default_factory=Throttle)
    counters: Counters = field(default_factory=Counters)
    listings: Memo[Listing] = field(default_factory=lambda: Memo(64, LISTING_SECONDS))
    boards: Memo[Board] = field(default_factory=lambda: Memo(64, BOARD_SECONDS))
    figures: Memo[bytes] = field(default_factory=lambda: Memo(256, FIGURE_SECONDS))
    reports: Memo[bytes] = field(default_factory=lambda: Memo(4, FIGURE_SECONDS))
    """Documents with every link of a carrier: megabytes each."""
    uploads: set[str] = field(default_factory=set)
    """Persons whose files are being read: such a body is 20 MB."""
    views: Counter[str] = field(default_factory=Counter)
    """Views of reports that are being made, by who asked: one process makes them for all."""
    listeners: dict[str, int] = field(default_factory=dict)
    """person -> event streams open now"""

    @property
    def inventory(self) -> Inventory:
        """The inventory in force."""
        return self.ports.live.inventory()

    @property
    def assessment(self) -> AssessmentPorts:
        """What may be called for assessments; without any part where there is nothing."""
        return self.ports.assessment or _NO_ASSESSMENT

    async def listing(self, person: Person) -> Listing:
        """Return what `person` may see of the inventory in force; made once per scope."""
        key = (person.sites, person.carriers)
        while True:
            inventory = self.inventory
            listing = await self.listings.get(
                key, self.ports.live.now(), lambda: make_listing(self.inventory, person)
            )
            if listing.inventory is inventory:
                return listing
            self.listings.forget(key)

    async def board(self, person: Person) -> Board:
        """Return the counts of what `person` may see, at most two seconds old.

        Counts of an inventory that was reloaded since are not worth keeping for a moment.
        """
        key = (person.sites, person.carriers)
        while True:
            listing = await self.listing(person)
            make = partial(make_board, listing, self.ports.live.states())
            board = await self.boards.get(key, self.ports.live.now(), make)
            if board.inventory is self.inventory:
                return board
            self.boards.forget(key)

    def sees(self, caller: Caller, target: str) -> bool:
        """Say whether `target` is in the caller's scope."""
        return sees(caller.person, self.inventory, target)


def stats(desk: Desk) -> Mapping[str, float]:
    """Return the counters of the api for the monitor's own metrics."""
    counters = desk.counters
    return {
        "login_failures_total": desk.throttle.failures,
        "login_locked_total": desk.throttle.refused,
        "unauthenticated_total": counters.unauthenticated,
        "not_permitted_total": counters.not_permitted,
        "secrets_in_urls_total": counters.secrets_in_urls,
        "errors_total": counters.errors,
        "event_streams": counters.streams,
        "event_resyncs_total": counters.resyncs,
    }


async def _desk(request: Request) -> Desk:
    return cast("Desk", request.app.state.desk)


async def _caller(request: Request) -> Caller:
    return cast("Caller", request.state.caller)


AtDesk = Annotated[Desk, Depends(_desk)]
ByCaller = Annotated[Caller, Depends(_caller)]
