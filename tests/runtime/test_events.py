"""What the page is told: in order, bounded, and never an old picture taken for a new one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from api.ports import Event
from runtime.events import Hub


def _hear(size: int, play: Callable[[Hub], Awaitable[None]]) -> tuple[list[Event], Hub]:
    """Subscribe, let `play` publish while the reader sleeps, close, and read to the end."""

    async def main() -> tuple[list[Event], Hub]:
        hub = Hub(size)
        stream = hub.subscribe()
        reading = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0)
        await play(hub)
        hub.close()
        heard = [await reading]
        heard += [event async for event in stream]
        return heard, hub

    return asyncio.run(main())


def _event(number: int) -> Event:
    return Event("state", {"number": number})


def test_events_come_in_the_order_in_which_they_happened() -> None:
    async def play(hub: Hub) -> None:
        for number in range(3):
            hub.publish(_event(number))

    heard, _ = _hear(10, play)

    assert heard == [_event(0), _event(1), _event(2)]


def test_a_reader_that_falls_behind_is_told_to_resync_and_goes_on_from_there() -> None:
    async def play(hub: Hub) -> None:
        for number in range(5):
            hub.publish(_event(number))

    heard, hub = _hear(3, play)

    assert heard == [Event("resync", {}), _event(4)]
    assert hub.resyncs == 1


def test_a_reader_that_went_away_is_forgotten() -> None:
    async def play(hub: Hub) -> None:
        hub.publish(_event(0))

    _, hub = _hear(3, play)

    assert hub.readers == 0
