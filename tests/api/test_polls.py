"""How well devices answer stands behind each verdict."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from api.ports import PollQuality
from tests.api.browser import Page
from tests.api.province import Province, make_inventory
from tests.api.running import Running, running
from tests.api.test_the_page import browse


def quality(device: str, p95: float | None, answered: int = 90) -> PollQuality:
    return PollQuality(device, 100, answered, 2, 5, 1, 0, 40, {"1.3.6.1.2.1.2.2.1": 5}, p95)


@pytest.fixture(scope="module")
def api() -> Iterator[Running]:
    """Devices that take longer the later they stand in the inventory; the first was never asked."""
    province = Province(make_inventory())
    _, *asked = province.register.devices
    for number, device in enumerate(asked, 1):
        province.qualities[device] = quality(device, number / 1000)
    with running(province) as one:
        yield one


def test_the_slowest_twenty_come_first(api: Running) -> None:
    rows = api.ask("/api/v1/polls/slowest", api.token("viewer")).json["items"]
    slowest = list(api.province.register.devices)[:0:-1][:20]
    assert [row["device"] for row in rows] == slowest
    assert rows[0]["answered_ratio"] == 0.9
    assert rows[0]["title"]
    assert rows[0]["state"] == "up"


def test_so_many_as_are_asked_for(api: Running) -> None:
    rows = api.ask("/api/v1/polls/slowest?limit=3", api.token("viewer")).json["items"]
    assert len(rows) == 3
    assert api.ask("/api/v1/polls/slowest?limit=0", api.token("viewer")).status == 422


def test_a_device_says_how_well_it_answers(api: Running) -> None:
    device = list(api.province.register.devices)[1]
    row = api.ask(f"/api/v1/devices/{device}/polls", api.token("viewer")).json
    assert (row["polls"], row["answered"], row["late"], row["retries"]) == (100, 90, 2, 5)
    assert (row["resyncs"], row["p95_seconds"]) == (1, 0.001)
    assert row["bulk_sizes"] == {"1.3.6.1.2.1.2.2.1": 5}


def test_one_that_was_never_asked_has_no_ratio(api: Running) -> None:
    device = next(iter(api.province.register.devices))
    row = api.ask(f"/api/v1/devices/{device}/polls", api.token("viewer")).json
    assert (row["polls"], row["answered_ratio"], row["p95_seconds"]) == (0, None, None)


def test_an_unknown_device_is_named(api: Running) -> None:
    answer = api.ask("/api/v1/devices/nobody/polls", api.token("viewer"))
    assert answer.status == 404
    assert answer.json["code"] == "unknown_device"


def test_the_verdict_about_a_link_carries_the_polls_behind_it(api: Running) -> None:
    link = next(
        one
        for one in api.province.register.links.values()
        if one.a.device in api.province.qualities
    )
    polls = api.ask(f"/api/v1/links/{link.id}", api.token("viewer")).json["polls"]
    assert polls["a"]["device"] == link.a.device
    assert polls["a"]["answered"] == 90


def test_who_sees_a_part_of_the_province_sees_its_devices_only(api: Running) -> None:
    rows = api.ask("/api/v1/polls/slowest?limit=200", api.token("viewer", sites=("c0",))).json[
        "items"
    ]
    everything = api.ask("/api/v1/polls/slowest?limit=200", api.token("viewer")).json["items"]
    assert 0 < len(rows) < len(everything)


def test_boxes_with_one_engine_id_are_named_to_who_may_see_them() -> None:
    province = Province(make_inventory())
    one, other = "c0-r1", "c1-r1"
    province.shared = {"80001f8880aa": (one, other)}
    with running(province) as api:
        everything = api.ask("/api/v1/polls/shared-engines", api.token("viewer")).json
        assert everything["items"] == [{"engine_id": "80001f8880aa", "devices": [one, other]}]
        city = api.ask("/api/v1/polls/shared-engines", api.token("viewer", sites=("c0",))).json
        assert city["items"] == [{"engine_id": "80001f8880aa", "devices": [one]}]


def test_the_page_lists_the_slowest_and_a_link_names_its_polls() -> None:
    province = Province(make_inventory())
    link = province.register.links["c0-unicom"]
    assert link.a.device is not None
    province.qualities[link.a.device] = quality(link.a.device, 0.25)

    async def use(api: Running, page: Page) -> None:
        await page.login(api.address, api.token("viewer"))
        cells = "[...document.querySelectorAll('#slowest tbody td')].map(cell => cell.textContent)"
        (_, p95, answered, retries, late) = await page.eval(cells)
        assert (p95, answered, retries, late) == ("250.0 ms", "90.00 %", "5", "2")
        await page.eval("document.querySelector('[data-link=c0-unicom]').click()")
        told = "document.querySelector('#detail .facts')?.textContent ?? ''"
        await page.until(f"({told}).includes('100 次轮询应答率 90.00 %，p95 250.0 ms')")

    browse(use, province)
