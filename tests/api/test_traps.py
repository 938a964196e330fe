"""What devices said is evidence for whoever may see the device, or the link it speaks of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from api.ports import Trap
from inventory.model import TargetId, interface_target
from sla.states import State
from tests.api.province import Province, make_inventory
from tests.api.running import Running, running

INVENTORY = make_inventory()
LINK = next(
    one for one in INVENTORY.links.values() if one.a.interface and one.b.site.startswith("c0.k0")
)


def said(province: Province, device: str, subject: str, seconds_ago: float = 10) -> Trap:
    return Trap(
        int((province.clock - seconds_ago) * 1000), TargetId(f"device:{device}"),
        TargetId(subject), "link.down", "1.3.6.1.6.3.1.1.5.3", "2c", informed=False,
        source="192.0.2.1", told={"values": [["1.2", "<b>"]]},
    )  # fmt: skip


@pytest.fixture(scope="module")
def api() -> Iterator[Running]:
    """A port of a link, a device of each city, and one of the day before yesterday."""
    province = Province(make_inventory())
    assert LINK.a.interface is not None
    port = interface_target(LINK.a.device, LINK.a.interface)
    province.set(f"link:{LINK.id}", State.DOWN)
    province.traps_all = [
        said(province, LINK.a.device, port),
        said(province, "c0-r1", "device:c0-r1", 20),
        said(province, "c1-r1", "device:c1-r1", 30),
        said(province, "c1-r1", "device:c1-r1", 200_000),
    ]
    with running(province) as one:
        yield one


def items(api: Running, path: str, token: str) -> list[Any]:
    answer = api.ask(path, token)
    assert answer.status == 200, answer.body
    found: list[Any] = answer.json["items"]
    return found


def test_those_of_the_last_day_are_listed(api: Running) -> None:
    found = items(api, "/api/v1/traps", api.token("viewer"))
    assert [one["device"] for one in found] == [LINK.a.device, "c0-r1", "c1-r1"]


def test_a_row_says_the_event_in_words(api: Running) -> None:
    first = items(api, "/api/v1/traps", api.token("viewer"))[0]
    assert (first["code"], first["text"]) == ("link.down", "端口断开")
    assert first["told"] == {"values": [["1.2", "<b>"]]}


def test_one_device_is_asked_for(api: Running) -> None:
    found = items(api, "/api/v1/traps?device=c1-r1", api.token("viewer"))
    assert [one["device"] for one in found] == ["c1-r1"]


def test_since_reaches_further_back(api: Running) -> None:
    since = api.province.clock - 300_000
    found = items(api, f"/api/v1/traps?device=c1-r1&since={since}", api.token("viewer"))
    assert len(found) == 2


def test_a_link_is_asked_for(api: Running) -> None:
    found = items(api, f"/api/v1/traps?link={LINK.id}", api.token("viewer"))
    assert found[0]["subject"].startswith(f"interface:{LINK.a.device}/")


def test_a_limit_says_that_there_is_more(api: Running) -> None:
    answer = api.ask("/api/v1/traps?limit=1", api.token("viewer")).json
    assert (len(answer["items"]), answer["more"]) == (1, True)


def test_a_city_sees_its_own(api: Running) -> None:
    found = items(api, "/api/v1/traps", api.token("viewer", sites=("c1",)))
    assert {one["device"] for one in found} == {"c1-r1"}


def test_a_device_out_of_scope_is_unknown(api: Running) -> None:
    token = api.token("viewer", sites=("c1",))
    assert api.ask("/api/v1/traps?device=c0-r1", token).status == 404


def test_a_carrier_sees_what_the_ports_of_its_links_said_and_nothing_else(api: Running) -> None:
    token = api.token("viewer", carriers=(LINK.carrier,))
    assert items(api, "/api/v1/traps", token) == []
    found = items(api, f"/api/v1/traps?link={LINK.id}", token)
    assert [one["device"] for one in found] == [LINK.a.device]


def test_what_was_said_around_an_outage_stands_beside_it(api: Running) -> None:
    outage = api.province.outages_all[0].id
    found = items(api, f"/api/v1/traps?outage={outage}", api.token("viewer"))
    assert [one["device"] for one in found][:1] == [LINK.a.device]


@pytest.mark.parametrize("outage", ["link:nothing@5", f"link:{LINK.id}@5", "nonsense", "site:p@1"])
def test_an_outage_that_never_was_is_unknown(api: Running, outage: str) -> None:
    assert api.ask(f"/api/v1/traps?outage={outage}", api.token("viewer")).status == 404
