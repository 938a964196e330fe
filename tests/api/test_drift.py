"""What differs from what is declared: listed within the scope, in words, accepted by operators."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from api.ports import Event, Finding, FindingKind
from inventory.model import device_target, interface_target
from tests.api.province import NOW, Province, make_inventory
from tests.api.running import Running, running
from tests.api.test_events import bearer, reading
from tests.api.test_the_page import browse, text
from texts.say import say

LINK = next(one for one in make_inventory().links if one.startswith("c1-"))
"""Its near end is at p-r1."""
HOSTILE = "<script>window.hit=1</script>"


def finding(
    kind: FindingKind = "alias_changed",
    device: str = "c0-r1",
    interface: str = "",
    links: tuple[str, ...] = (),
    **parameters: str | int,
) -> Finding:
    target = interface_target(device, interface) if interface else device_target(device)
    return Finding(
        f"{kind}/{target}@1", kind, device, target, links, NOW - 3600,
        {"interface": interface, **parameters},
    )  # fmt: skip


ALIAS = finding("alias_changed", "c0-r1", "GE0/0/1", ("c0-unicom",), was="to p", now=HOSTILE)
SERIAL = finding("serial_changed", "c1-r1", was="A", now="B")
SLOW = finding(
    "speed_below_contract", "p-r1", "GE0/0/2", (LINK,), link=LINK,
    speed_bps=10**7, contract_bps=100_000_000,
)  # fmt: skip
DEAF = finding("not_readable", "c0-r1", section="lldp", columns="lldpRemSysName", reason="timeout")
STRANGER = finding(
    "station_unregistered", "c0.k0-r1", "GE0/0/9", mac="00:e0:fc:12:34:56", ip=""
)  # fmt: skip


def differing() -> Province:
    province = Province(make_inventory())
    province.findings_all = [SLOW, ALIAS, DEAF, STRANGER, SERIAL]
    province.seen = {"c0-r1": NOW - 60, "p-r1": NOW - 7200}
    province.failed = {"c1-r1": "timeout"}
    return province


@pytest.fixture(scope="module")
def api() -> Iterator[Running]:
    with running(differing()) as one:
        yield one


def listed(api: Running, token: str, query: str = "") -> list[str]:
    answer = api.ask(f"/api/v1/drift{query}", token)
    assert answer.status == 200, answer.body
    return [row["id"] for row in answer.json["items"]]


def test_everything_is_listed_by_device_in_the_order_of_the_files(api: Running) -> None:
    assert listed(api, api.token("viewer")) == [
        one.id for one in (SLOW, ALIAS, DEAF, STRANGER, SERIAL)
    ]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("?device=c0-r1", [ALIAS, DEAF]),
        ("?kind=serial_changed", [SERIAL]),
        ("?site=c0", [ALIAS, DEAF, STRANGER]),
        ("?site=c0&kind=not_readable", [DEAF]),
        ("?device=nothing", []),
    ],
)
def test_a_list_is_narrowed(api: Running, query: str, wanted: list[Finding]) -> None:
    assert listed(api, api.token("viewer"), query) == [one.id for one in wanted]


def test_a_list_goes_on_where_the_page_before_ended(api: Running) -> None:
    token = api.token("viewer")
    first = api.ask("/api/v1/drift?limit=2", token).json
    rest = listed(api, token, f"?cursor={quote(first['next'], safe='')}")
    assert [row["id"] for row in first["items"]] + rest == listed(api, token)


def test_an_unknown_kind_names_the_known_ones(api: Running) -> None:
    answer = api.ask("/api/v1/drift?kind=everything", api.token("viewer"))
    assert answer.status == 422
    assert "interface_missing" in answer.json["message"]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", [
            f"Port GE0/0/2 runs at 10 Mbit/s; {LINK} is contracted for 100 Mbit/s.",
            f"The description of port GE0/0/1 was “to p” and is “{HOSTILE}”.",
            (f"Could not read LLDP neighbours (lldpRemSysName): {say('wire.reason.timeout', 'en')}."
            " Nothing is concluded from it."),
            "00:e0:fc:12:34:56 (IP –) is connected at port GE0/0/9 and not registered.",
            "The serial number was A and is B: the box was exchanged.",
        ]),
        ("zh", [
            f"端口 GE0/0/2 速率为 10 Mbit/s，低于链路 {LINK} 的合同带宽 100 Mbit/s。",
            f"端口 GE0/0/1 的描述由“to p”变为“{HOSTILE}”。",
            (f"未能读取LLDP 邻居（lldpRemSysName）：{say('wire.reason.timeout', 'zh')}。"
            "不据此作任何判断。"),
            "端口 GE0/0/9 上接入了未备案的设备 00:e0:fc:12:34:56（IP –）。",
            "序列号由 A 变为 B：设备已被更换。",
        ]),
    ],
)  # fmt: skip
def test_a_difference_is_said_in_the_readers_language(
    api: Running, language: str, said: list[str]
) -> None:
    headers = {"Accept-Language": language}
    rows = api.ask("/api/v1/drift", api.token("viewer"), headers=headers).json["items"]
    assert [row["text"] for row in rows] == said


def test_a_row_names_what_it_is_about(api: Running) -> None:
    (row,) = api.ask("/api/v1/drift?kind=alias_changed", api.token("viewer")).json["items"]
    assert {key: row[key] for key in ("device", "site", "target", "links", "since", "seen_at")} == {
        "device": "c0-r1", "site": "c0", "target": "interface:c0-r1/GE0%2F0%2F1",
        "links": ["c0-unicom"], "since": NOW - 3600, "seen_at": NOW - 60,
    }  # fmt: skip


def coverage(api: Running, token: str, query: str = "") -> dict[str, Any]:
    found: dict[str, Any] = api.ask(f"/api/v1/drift{query}", token).json["coverage"]
    return found


def test_it_is_said_how_much_this_is_known_of(api: Running) -> None:
    devices = len(api.province.register.devices)
    assert coverage(api, api.token("viewer")) == {
        "devices": devices, "read": 2, "never": devices - 2, "failed": 1, "oldest": NOW - 7200,
        "newest": NOW - 60, "every": 86_400, "waiting": 0, "failure": "",
    }  # fmt: skip


# Whose business it is.


def test_a_city_sees_what_differs_there_and_at_the_ports_of_its_links(api: Running) -> None:
    assert listed(api, api.token("viewer", sites=("c1",))) == [SLOW.id, SERIAL.id]


def test_a_carrier_sees_what_differs_at_the_ports_of_its_links_alone(api: Running) -> None:
    assert listed(api, api.token("viewer", carriers=("unicom",))) == [SLOW.id, ALIAS.id]
    assert listed(api, api.token("viewer", carriers=("mobile",))) == []


def test_how_much_is_known_is_counted_within_the_scope(api: Running) -> None:
    own = coverage(api, api.token("viewer", sites=("c0",)))
    inside = [one for one in api.province.register.devices if one.startswith("c0")]
    assert (own["devices"], own["read"], own["failed"]) == (len(inside) + 1, 2, 0)


def test_a_site_of_somebody_else_is_unknown(api: Running) -> None:
    answer = api.ask("/api/v1/drift?site=c1", api.token("viewer", sites=("c0",)))
    assert (answer.status, answer.json["code"]) == (404, "unknown_site")


@pytest.mark.parametrize("scope", [{}, {"sites": ("c1",)}])
def test_a_change_is_told_to_whoever_may_see_the_device(
    api: Running, scope: dict[str, tuple[str, ...]]
) -> None:
    with reading(api, bearer(api.token("viewer", **scope))) as reader:
        first, second = (
            Event("drift", {"target": f"device:{name}", "findings": 1, "new": 1})
            for name in ("c0-r1", "c1-r1")
        )
        api.do(lambda: api.province.hub.publish(first))
        api.do(lambda: api.province.hub.publish(second))
        if not scope:
            assert reader.until("drift") == first.body
        assert reader.until("drift") == second.body


# Accepting.


def accepting(api: Running, token: str, one: Finding) -> Any:
    path = f"/api/v1/drift/accept?finding={quote(one.id, safe='')}"
    return api.ask(path, token, method="POST")


def test_an_operator_accepts_and_it_is_in_the_audit_trail() -> None:
    with running(differing()) as api:
        token = api.token("operator")
        name = api.ask("/api/v1/me", token).json["name"]
        assert accepting(api, token, ALIAS).json == {"finding": ALIAS.id, "accepted_by": name}
        assert ALIAS.id not in listed(api, token)
        (subject,) = [row[2] for row in api.crowd.trail if row[:2] == (name, "accept")]
        assert subject.startswith(f"{ALIAS.id} ")


@pytest.mark.parametrize(
    ("one", "named"),
    [(ALIAS, HOSTILE), (SERIAL, "B"), (STRANGER, "00:e0:fc:12:34:56")],
)
def test_the_audit_trail_names_what_was_accepted(one: Finding, named: str) -> None:
    with running(differing()) as api:
        assert accepting(api, api.token("operator"), one).status == 200
        _, _, subject, result = api.crowd.trail[-1]
        assert (f'"{named}"' in subject, result) == (True, "ok")


@pytest.mark.parametrize("role", ["viewer", "auditor"])
def test_whoever_only_reads_accepts_nothing(api: Running, role: Any) -> None:
    assert accepting(api, api.token(role), ALIAS).status == 403
    assert api.crowd.trail[-1][1:] == ("accept", "/api/v1/drift/accept", "denied")


def test_what_is_somebody_elses_business_cannot_be_accepted(api: Running) -> None:
    answer = accepting(api, api.token("operator", sites=("c1",)), ALIAS)
    assert (answer.status, answer.json["code"]) == (404, "unknown_finding")
    assert ALIAS in api.province.findings_all


def test_what_does_not_differ_any_more_cannot_be_accepted(api: Running) -> None:
    answer = accepting(api, api.token("operator"), finding(device="c0-r1", interface="gone"))
    assert answer.status == 404
    assert api.crowd.trail[-1][3] == "unknown"


# The page.


@pytest.mark.server("chromium")
def test_the_page_shows_hostile_text_as_text_and_an_operator_accepts() -> None:
    async def use(api: Running, page: Any) -> None:
        await page.login(api.address, api.token("operator"))
        await page.until("document.querySelectorAll('#drift tbody tr').length === 5")
        assert HOSTILE in await page.eval(text("#drift"))
        assert await page.eval("window.hit ?? null") is None
        assert "已巡检 2 /" in await page.eval(text("#drift-foot"))
        await page.eval("document.querySelector('#drift button.small').click()")
        await page.until("document.querySelectorAll('#drift tbody tr').length === 4")
        assert api.province.accepted_by
        await page.eval(
            "(() => { const s = document.querySelector('#drift-filters select');"
            " s.value = 'serial_changed'; s.dispatchEvent(new Event('change')); })()"
        )
        await page.until("document.querySelectorAll('#drift tbody tr').length === 1")

    browse(use, differing())


@pytest.mark.server("chromium")
def test_a_viewer_has_nothing_to_accept_with() -> None:
    async def use(api: Running, page: Any) -> None:
        await page.login(api.address, api.token("viewer"))
        await page.until("document.querySelectorAll('#drift tbody tr').length === 5")
        assert await page.eval("document.querySelector('#drift button.small')") is None

    browse(use, differing())


@pytest.mark.server("chromium")
@pytest.mark.parametrize(
    ("waiting", "kind", "said"),
    [(0, "", "没有差异。"), (3, "", "3 台待比对"), (0, "serial_changed", "没有此类差异。")],
)
def test_the_page_says_that_nothing_differs_only_where_that_is_known(
    waiting: int, kind: str, said: str
) -> None:
    province = differing()
    province.findings_all, province.waiting = [ALIAS] if kind else [], waiting

    async def use(api: Running, page: Any) -> None:
        await page.login(api.address, api.token("operator"))
        await page.until("document.querySelector('#drift-filters select') !== null")
        if kind:
            await page.eval(
                "(() => { const s = document.querySelector('#drift-filters select');"
                f" s.value = '{kind}'; s.dispatchEvent(new Event('change')); }})()"
            )
        await page.until(f"document.querySelector('#drift-foot').textContent.includes('{said}')")
        assert ("没有差异。" in await page.eval(text("#drift-foot"))) == (said == "没有差异。")

    browse(use, province)


@pytest.mark.server("chromium")
def test_the_page_has_nothing_to_accept_how_many_more_there_are_with() -> None:
    province = differing()
    province.findings_all = [finding("more_findings", "c1-r1", count=7)]

    async def use(api: Running, page: Any) -> None:
        await page.login(api.address, api.token("operator"))
        await page.until("document.querySelectorAll('#drift tbody tr').length === 1")
        assert await page.eval("document.querySelector('#drift button.small')") is None

    browse(use, province)
