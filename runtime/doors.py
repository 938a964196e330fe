"""Adapters: the runtime's parts as the api's ports want them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import asdict

from api.ports import Person, PollQuality, Role, Session
from collectors._memory import DeviceMemory
from collectors._quality import quality
from collectors.wires._snmp_engine import SNMP_PORT
from inventory.model import Inventory
from runtime.selfmetrics import SelfMetrics
from runtime.telling import Telling
from sinks._exposition import Exposition
from store.entries import PersonRow
from store.people import People, SessionRow


class PeopleDoor:
    """`api.ports.People` over the store's."""

    def __init__(self, people: People, now: Callable[[], int]) -> None:
        self._people = people
        self._now = now

    def by_token(self, token: str) -> Person | None:
        """Find the person a token belongs to."""
        found = self._people.by_token(token, self._now())
        return None if found is None else person_of(found)

    def open_session(self, person: Person, now: int) -> Session:
        """Open a session."""
        return _session(self._people.open_session(person, now))

    def session(self, session_id: str, now: int) -> Session | None:
        """Return a session that is still good."""
        found = self._people.session(session_id, now)
        return None if found is None else _session(found)

    def close_session(self, session_id: str) -> None:
        """End it."""
        self._people.close_session(session_id)

    def audit(self, person: str, action: str, subject: str, now: int, result: str = "ok") -> None:
        """Append to the audit trail."""
        self._people.audit(person, action, subject, now, result)


def person_of(row: PersonRow) -> Person:
    """Return a person as the api knows one; roles we do not know are left out."""
    known: tuple[Role, ...] = ("viewer", "operator", "auditor", "assessor", "carrier", "admin")
    return Person(
        row.name, tuple(role for role in known if role in row.roles), row.sites, row.carriers
    )


def _session(row: SessionRow) -> Session:
    return Session(row.id, person_of(row.person), row.csrf, row.expires)


class PollsDoor:
    """`api.ports.Polls` over what the runner has learnt."""

    def __init__(
        self,
        known: Callable[[str], DeviceMemory | None],
        duplicates: Callable[[], Mapping[str, Sequence[str]]],
        inventory: Callable[[], Inventory],
    ) -> None:
        self._known = known
        self._duplicates = duplicates
        self._inventory = inventory

    def quality(self, device: str) -> PollQuality | None:
        """Sum up how well a device answers."""
        memory = self._known(device)
        return None if memory is None else PollQuality(device=device, **asdict(quality(memory)))

    def shared_engines(self) -> Mapping[str, Sequence[str]]:
        """Name the devices behind the addresses that share an engine id."""
        shared = self._duplicates()
        if not shared:
            return {}
        devices = {
            f"{device.address.host}:{device.address.port or SNMP_PORT}": device.id
            for device in self._inventory().devices.values()
            if device.address is not None
        }
        return {
            engine: tuple(devices.get(address, address) for address in addresses)
            for engine, addresses in shared.items()
        }


class ActsDoor:
    """`api.ports.Acts`."""

    def __init__(self, telling: Telling, reload: Callable[[str], Awaitable[Sequence[str]]]) -> None:
        self._telling = telling
        self._reload = reload

    async def acknowledge(self, alert: str, person: str) -> bool:
        """Note that a person takes care of an alert."""
        return self._telling.acknowledge(alert, person)

    async def reload(self, person: str) -> Sequence[str]:
        """Read the inventory again; return problems."""
        return await self._reload(person)


class ExpositionDoor:
    """`api.ports.Exposition`."""

    def __init__(self, monitor: SelfMetrics, devices: Exposition) -> None:
        self._monitor = monitor
        self._devices = devices

    async def monitor(self) -> bytes:
        """Return the page of the monitor itself."""
        return self._monitor.page()

    def devices(self, shard: int, shards: int) -> Iterator[bytes]:
        """Yield the page of a share of the devices."""
        return self._devices.page(shard, shards)
