"""Alertmanager: a real one is told, keeps it, and is told the end; and what a cluster gets."""

from __future__ import annotations

import asyncio
import json
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from msgspec.structs import replace

from alerts.dispatch import Channel, Pace
from alerts.model import DOWN, UP, Phase
from alerts.notifiers import alertmanager
from alerts.notifiers._contract import Message, NotifyError
from tests.alerts.province import START, Story, make_engine
from tests.alerts.receivers import Stage, make_alert, until, web_server
from tests.servers import free_port, run_program, wait_for


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[str]:
    """A real Alertmanager with no receiver of its own."""
    config = tmp_path / "alertmanager.yml"
    config.write_text("route: {receiver: none}\nreceivers: [{name: none}]\n")
    url = f"http://127.0.0.1:{free_port()}"
    arguments = [
        "prometheus-alertmanager",
        f"--config.file={config}",
        f"--storage.path={tmp_path / 'data'}",
        f"--web.listen-address={url.removeprefix('http://')}",
        "--cluster.listen-address=",
    ]
    with run_program(arguments, tmp_path / "alertmanager.log"):
        wait_for(lambda: _get(f"{url}/-/ready", plain=True), what="Alertmanager")
        yield url


def _get(url: str, *, plain: bool = False) -> Any:
    with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - loopback
        return answer.read() if plain else json.load(answer)


def _alerts(url: str, *, active: bool = True) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = _get(f"{url}/api/v2/alerts?active={str(active).lower()}")
    return found


def channel(*members: str) -> Channel:
    options = alertmanager.Options.model_validate({"members": list(members)})
    return Channel("am", alertmanager, options)


def make_message(*alerts: Any) -> Message:
    return Message("id", START + 30, "zh", "s", "t", alerts, tuple("line" for _ in alerts), "")


@pytest.mark.server("prometheus-alertmanager")
def test_a_cut_is_one_alert_in_a_real_alertmanager_and_ends_there(manager: str) -> None:
    start = int(time.time())

    async def play() -> None:
        story = Story(make_engine())
        story.now = start
        async with Stage([channel(manager)]).running() as stage:
            stage.now = start + 60
            story.state("link:l-county", DOWN, "far_lost")
            for child in ("link:l-town", "link:l-town2", "link:l-village"):
                story.state(child, 4)
            for alert in story.wait(60).told:
                stage.dispatch.put(alert)
            alerts = asyncio.to_thread(
                wait_for, lambda: _alerts(manager), what="the alert in Alertmanager"
            )
            (held,) = await alerts
            assert held["labels"] == {
                "alertname": "link-down", "target": "link:l-county", "severity": "critical",
                "link": "l-county", "carrier": "telecom", "contract": "c1", "level": "county",
                "area": "city", "site": "county",
            }  # fmt: skip
            assert held["annotations"]["affected"] == "county 1, township 2, village 1"
            assert held["annotations"]["summary"].startswith("【严重】链路中断")
            await until(lambda: stage.records)  # it shows the alert before it answers
            assert [one.ok for one in stage.records] == [True]
            told = len(story.told)
            story.state("link:l-county", UP, "recovered")
            for alert in story.told[told:]:
                stage.dispatch.put(replace(alert, resolved_at=int(time.time())))
            await asyncio.to_thread(wait_for, lambda: not _alerts(manager), what="its end")
        assert [one.phase for one in stage.records if one.ok] == [Phase.FIRING, Phase.RESOLVED]

    asyncio.run(play())


def test_firing_and_resolved_are_told_again_and_again() -> None:
    async def play() -> None:
        async with web_server() as served:
            member = served.url.removesuffix("/hook")
            pace = Pace(first=0.02, repeat=0.1, keep_resolved=60, stop=0.1)
            async with Stage([channel(member)], pace=pace).running() as stage:
                stage.dispatch.put(make_alert())
                await until(lambda: len(served.requests) >= 3)
                ends = [body[0]["endsAt"] for body in served.bodies]
                assert set(ends) == {"2026-03-10T02:04:00Z"}
                stage.now += 100
                over = replace(make_alert(), phase=Phase.RESOLVED, resolved_at=START + 100)
                stage.dispatch.put(over)
                seen = len(served.requests)
                await until(lambda: len(served.requests) >= seen + 3)
                assert served.bodies[-1][0]["endsAt"] == "2026-03-10T02:01:40Z"
                stage.now += 61
                await asyncio.sleep(0.3)
                seen = len(served.requests)
                await asyncio.sleep(0.3)
                assert len(served.requests) == seen
                assert [one.phase for one in stage.records] == [Phase.FIRING, Phase.RESOLVED]

    asyncio.run(play())


def test_another_severity_ends_the_alert_of_the_first_one() -> None:
    async def play() -> None:
        async with web_server() as served:
            member = served.url.removesuffix("/hook")
            async with Stage([channel(member)]).running() as stage:
                stage.dispatch.put(make_alert(severity="info"))
                await until(lambda: served.requests)
                stage.now += 50
                stage.dispatch.put(make_alert(severity="critical"))
                await until(lambda: len(served.bodies[-1]) == 2)
                ends = {one["labels"]["severity"]: one["endsAt"] for one in served.bodies[-1]}
                assert ends == {
                    "info": "2026-03-10T02:00:50Z", "critical": "2026-03-10T02:04:50Z",
                }  # fmt: skip

    asyncio.run(play())


def test_what_a_dead_member_missed_is_told_when_it_is_back() -> None:
    async def play() -> None:
        async with web_server() as served:
            served.answers[:] = [(503, {})]
            async with Stage([channel(served.url.removesuffix("/hook"))]).running() as stage:
                stage.dispatch.put(make_alert())
                await until(lambda: len(served.requests) >= 2)
                assert stage.dispatch.stats()["alerts_waiting"] == 1
                served.answers[:] = [(200, {})]
                await until(lambda: stage.dispatch.stats()["alerts_waiting"] == 0)
                assert {one.error.rpartition(" ")[2] for one in stage.records} == {"http_503", ""}

    asyncio.run(play())


def test_every_member_is_told_and_one_that_takes_it_is_enough() -> None:
    async def play() -> str:
        async with web_server() as good, web_server() as bad, aiohttp.ClientSession() as http:
            bad.answers[:] = [(500, {})]
            members = [one.url.removesuffix("/hook") for one in (bad, good)]
            options = alertmanager.Options.model_validate({"members": members})
            note = await alertmanager.notify(options, make_message(make_alert()), http)
            assert len(good.requests) == len(bad.requests) == 1
            assert note == f"{members[0].removeprefix('http://')}: http_500"
            good.answers[:] = [(400, {})]
            with pytest.raises(NotifyError) as caught:
                await alertmanager.notify(options, make_message(make_alert()), http)
            assert not caught.value.permanent
            return caught.value.code

    assert asyncio.run(play()).count("http_") == 2


def test_the_others_are_told_while_a_member_hangs() -> None:
    async def play() -> str:
        async with web_server() as sick, web_server() as good, aiohttp.ClientSession() as http:
            sick.answers[:] = [(-1, {})]
            members = [one.url.removesuffix("/hook") for one in (sick, good)]
            options = alertmanager.Options.model_validate({"members": members})
            message = make_message(make_alert())
            telling = asyncio.create_task(alertmanager.notify(options, message, http))
            await until(lambda: good.requests, 3.0)
            sick.hang.set()
            return await telling

    assert asyncio.run(play()).endswith(": disconnected")


def test_a_member_that_hangs_is_named_after_its_time() -> None:
    async def play() -> str:
        async with web_server() as sick, web_server() as good, aiohttp.ClientSession() as http:
            sick.answers[:] = [(-1, {})]
            members = [one.url.removesuffix("/hook") for one in (sick, good)]
            options = alertmanager.Options.model_validate({"members": members})
            message = make_message(make_alert())
            return await alertmanager.notify(options, message, http, within=1.0)

    assert asyncio.run(play()).endswith(": timeout")


def test_members_have_less_time_than_the_whole_attempt() -> None:
    assert channel("http://127.0.0.1:9").timeout > 2 * alertmanager.MEMBER_SECONDS


def test_labels_hold_identity_only() -> None:
    first = make_alert(value=0.95, limit=0.9, reason="limit", affected={"county": 1})
    later = replace(first, value=0.99, fired_at=START + 99, acknowledged_by="x")
    bodies = [json.loads(alertmanager.encode(make_message(one)))[0] for one in (first, later)]
    assert bodies[0]["labels"] == bodies[1]["labels"]
    assert not {"value", "since", "reason"} & bodies[0]["labels"].keys()


def test_label_names_are_made_fit_for_prometheus() -> None:
    alert = replace(make_alert(), labels={"on-call team": "a", "empty": ""})
    (body,) = json.loads(alertmanager.encode(make_message(alert)))
    assert body["labels"].keys() == {"on_call_team", "alertname", "target", "severity"}
