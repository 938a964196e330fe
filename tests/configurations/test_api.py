"""What the api says of configurations: revisions and differences, masked, to whom they concern."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

import pytest

from alerts.model import Alert, Phase
from api.ports import Event, Role
from inventory.model import Secret, device_target
from runtime.configurations.copies import ConfigurationKeeping
from runtime.sections.configurations import ConfigurationsConfig
from tests.api.browser import browser
from tests.api.province import Province, make_inventory
from tests.api.running import Running, running
from tests.api.test_events import bearer, reading
from tests.configurations.keeping import KEY, NOW, OTHER, SECRETS, Boxes, said

pytestmark = pytest.mark.server("git")
DEVICE = "c0-r1"


@dataclass(frozen=True)
class Kept:
    """A running api over a store in which a device has two configurations, another has one."""

    api: Running
    revisions: tuple[str, str]
    strange: str

    def ask(self, path: str, *roles: Role, sites: tuple[str, ...] = ()) -> object:
        answer = self.api.ask(path, self.api.token(*(roles or ("operator",)), sites=sites))
        return answer.json if answer.status == 200 else answer.status


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    boxes = Boxes(tmp_path_factory.mktemp("store"), {DEVICE: said(), "c1-r1": said()})
    first = boxes.keep(DEVICE, "first").revision
    strange = boxes.keep("c1-r1", "first").revision
    boxes.says[DEVICE], boxes.now = said(OTHER), NOW + 3_600
    second = boxes.keep(DEVICE, f"changed {NOW + 1_800}").revision
    inventory = make_inventory()
    config = ConfigurationsConfig(key=Secret(KEY.hex()))
    book = ConfigurationKeeping(boxes.store, config, boxes, lambda: NOW)
    book.load(inventory, [])
    stack = AsyncExitStack()
    with running(Province(inventory), more={"configurations": book}) as api:
        asyncio.run_coroutine_threadsafe(book.start(stack), api.loop).result(20)
        yield Kept(api, (first, second), strange)
        asyncio.run_coroutine_threadsafe(stack.aclose(), api.loop).result(20)


PATH = f"/api/v1/devices/{DEVICE}/configurations"


def test_revisions_are_listed_newest_first(kept: Kept) -> None:
    told = kept.ask(PATH)
    assert isinstance(told, dict)
    newest, oldest = told["items"]

    assert [newest["revision"], oldest["revision"]] == [*reversed(kept.revisions)]
    assert newest == {
        "revision": kept.revisions[1], "at": NOW + 3_600, "not_before": NOW,
        "modified": NOW + 1_800, "why": "changed", "text": "设备变更时间有更新",
        "added": 1, "removed": 1, "first": False, "changed": True, "planned_work": None,
        "full": True,
    }  # fmt: skip
    assert (oldest["first"], oldest["changed"]) == (True, False)


@pytest.mark.parametrize("query", ["", "?to={1}", "?from={0}", "?from={0}&to={1}"])
def test_the_newest_is_compared_with_the_one_before(kept: Kept, query: str) -> None:
    told = kept.ask(f"{PATH}/diff{query.format(*kept.revisions)}")

    assert isinstance(told, dict)
    assert (told["from"], told["to"], told["more"]) == (*kept.revisions, 0)
    assert [one for one in told["lines"] if one[0] in "+-"] == [
        "- description 至孝南县 100M", "+ description 至孝南县 200M",
    ]  # fmt: skip


def test_it_can_be_compared_backwards(kept: Kept) -> None:
    first, second = kept.revisions
    told = kept.ask(f"{PATH}/diff?from={second}&to={first}")

    assert isinstance(told, dict)
    assert "- description 至孝南县 200M" in told["lines"]


def test_before_the_first_there_was_nothing(kept: Kept) -> None:
    first = kept.revisions[0]

    assert kept.ask(f"{PATH}/diff?to={first}") == {
        "from": None,
        "to": first,
        "lines": [],
        "more": 0,
    }


def test_lines_beyond_what_was_asked_for_are_counted(kept: Kept) -> None:
    told = kept.ask(f"{PATH}/diff?lines=1")

    assert isinstance(told, dict)
    assert len(told["lines"]) == 1
    assert told["more"] > 3


def test_no_answer_holds_a_secret(kept: Kept) -> None:
    token = kept.api.token("admin")
    for path in (PATH, f"{PATH}/diff"):
        body = kept.api.ask(path, token).body
        assert not [secret for secret in SECRETS if secret.encode() in body]


@pytest.mark.parametrize("path", [PATH, f"{PATH}/diff"])
def test_who_only_looks_sees_none(kept: Kept, path: str) -> None:
    assert kept.ask(path, "viewer") == 403


@pytest.mark.parametrize("role", ["operator", "auditor", "admin"])
@pytest.mark.parametrize("path", [PATH, f"{PATH}/diff"])
def test_who_operates_or_audits_sees_them(kept: Kept, path: str, role: Role) -> None:
    assert isinstance(kept.ask(path, role), dict)


@pytest.mark.parametrize("path", [PATH, f"{PATH}/diff"])
def test_a_device_outside_the_scope_is_not_there(kept: Kept, path: str) -> None:
    assert kept.ask(path, "operator", sites=("c1",)) == 404
    assert isinstance(kept.ask(path, "operator", sites=("c0",)), dict)


@pytest.mark.parametrize("which", ["from", "to"])
def test_another_devices_revision_is_not_shown_under_ones_own(kept: Kept, which: str) -> None:
    assert kept.ask(f"{PATH}/diff?{which}={kept.strange}") == 404


@pytest.mark.parametrize("revision", ["HEAD", "--output=x", "A" * 40, "0" * 39, "0" * 40 + "%0A"])
def test_what_is_no_revision_is_refused_before_git_sees_it(kept: Kept, revision: str) -> None:
    assert kept.ask(f"{PATH}/diff?from={revision}") == 422


def test_a_device_of_which_nothing_is_kept_has_an_empty_list(kept: Kept) -> None:
    told = kept.ask("/api/v1/devices/p-r1/configurations")

    assert isinstance(told, dict)
    assert told["items"] == []


def test_a_device_that_is_none_is_not_there(kept: Kept) -> None:
    assert kept.ask("/api/v1/devices/nothing/configurations") == 404


def test_where_nothing_is_kept_at_all_the_list_is_empty_too(api: Running) -> None:
    assert api.ask(PATH, api.token("operator")).json["items"] == []


@pytest.fixture(scope="module")
def api() -> Iterator[Running]:
    with running() as one:
        yield one


def test_the_page_is_told_of_a_change_where_it_concerns_the_reader(api: Running) -> None:
    token = api.token("operator", sites=("c0",))
    with reading(api, bearer(token)) as reader:
        for device in ("c1-r1", DEVICE):
            event = Event("configuration", {"target": f"device:{device}", "added": 1})
            api.do(partial(api.province.hub.publish, event))

        assert reader.until("configuration")["target"] == f"device:{DEVICE}"


@pytest.mark.server("chromium")
def test_from_the_alert_one_click_leads_to_what_differs(kept: Kept) -> None:
    target = device_target(DEVICE)
    since = kept.api.province.clock - 60
    alert = Alert(
        f"configuration-changed/{target}@{since}", "configuration-changed", target, "major",
        Phase.FIRING, since, since, reason="config_changed",
    )  # fmt: skip
    kept.api.province.alerts_now[alert.id] = alert

    async def use() -> tuple[str, list[str]]:
        async with browser() as page:
            await page.login(kept.api.address, kept.api.token("operator"))
            button = f"[data-key='config:{alert.id}']"
            await page.until(f'document.querySelector("{button}") !== null')
            await page.eval(f'document.querySelector("{button}").click()')
            shown = await page.until("document.querySelector('#detail .diff')?.textContent")
            return str(shown), page.console

    shown, console = asyncio.run(use())
    assert "- description 至孝南县 100M\n+ description 至孝南县 200M\n" in shown
    assert console == []
