"""Alerts reach their receivers: together, once, by another way if need be, and their end too."""

from __future__ import annotations

import asyncio

import pytest
from msgspec.structs import replace

from alerts.dispatch import Channel, Pace, Route
from alerts.model import Alert, Delivery, Phase
from alerts.notifiers import alertmanager, webhook
from alerts.notifiers._channel import doubled
from inventory.model import Secret
from tests.alerts.province import START
from tests.alerts.receivers import QUICK, Stage, Web, make_alert, until, web_server

SLOW = Pace(tries=3, first=0.02, longest=0.3, again=30.0, repeat=0.2, stop=0.3)


def hook(served: Web, name: str = "hook", **settings: object) -> Channel:
    options = webhook.Options.model_validate({"url": served.url})
    return Channel(name, webhook, options, **settings)  # type: ignore[arg-type]  # keywords of Channel


def over(alert: Alert) -> Alert:
    return replace(alert, phase=Phase.RESOLVED, resolved_at=alert.since + 100, reason="recovered")


def heard(
    alert: Alert, channel: str = "hook", *, severity: str | None = None, news: str = ""
) -> Delivery:
    """The record that somebody was told of an alert as it stands, or as it stood then."""
    stood = alert.severity if severity is None else severity
    return Delivery(
        alert.id, alert.phase, "noc", channel, START, ok=True, severity=stood, news=news
    )


def phases(served: Web) -> list[list[str]]:
    return [[alert["phase"] for alert in body["alerts"]] for body in served.bodies]


def test_several_alerts_of_a_moment_are_one_message() -> None:
    async def play() -> None:
        async with web_server() as served, Stage([hook(served)]).running() as stage:
            for number in range(1, 5):
                stage.dispatch.put(make_alert(number))
            await until(lambda: served.requests)
            await asyncio.sleep(0.2)
            (body,) = served.bodies
            assert len(body["alerts"]) == 4
            assert body["text"].count("\n") == 3
            assert (
                "【严重】链路中断：city-county 电信专线 (中国电信) 自 10:00:00 起" in body["text"]
            )
            assert [record.ok for record in stage.records] == [True] * 4

    asyncio.run(play())


def test_very_many_alerts_are_summed_up() -> None:
    async def play() -> None:
        async with web_server() as served, Stage([hook(served)]).running() as stage:
            for number in range(1, 301):
                stage.dispatch.put(make_alert(number))
            await until(lambda: served.requests)
            (body,) = served.bodies
            assert body["subject"] == "300 条告警：链路中断 300"
            assert len(body["text"].splitlines()) == 12
            assert body["text"].endswith("……另有 290 条，见页面")
            assert len(body["alerts"]) == 300

    asyncio.run(play())


def test_who_was_told_is_told_the_end_and_only_they() -> None:
    async def play() -> None:
        async with web_server() as served, Stage([hook(served)]).running() as stage:
            stage.dispatch.put(over(make_alert(2)))
            stage.dispatch.put(make_alert())
            await until(lambda: len(served.requests) == 1)
            stage.dispatch.put(over(make_alert()))
            await until(lambda: len(served.requests) == 2)
            stage.dispatch.put(over(make_alert()))
            await asyncio.sleep(0.2)
            assert phases(served) == [["firing"], ["resolved"]]

    asyncio.run(play())


def test_a_repetition_is_not_told_again_but_a_graver_alert_is() -> None:
    async def play() -> None:
        async with web_server() as served, Stage([hook(served)]).running() as stage:
            stage.dispatch.put(make_alert(severity="info"))
            await until(lambda: len(served.requests) == 1)
            stage.dispatch.put(make_alert(severity="info", acknowledged_by="李工"))
            await asyncio.sleep(0.2)
            stage.dispatch.put(make_alert(severity="critical"))
            await until(lambda: len(served.requests) == 2)
            assert [body["alerts"][0]["severity"] for body in served.bodies] == ["info", "critical"]

    asyncio.run(play())


def test_a_route_takes_what_its_labels_name() -> None:
    routes = [Route("noc", {"severity": ("critical", "major"), "carrier": ("telecom",)})]

    async def play() -> None:
        async with (
            web_server() as served,
            Stage([hook(served)], routes=routes).running() as stage,
        ):
            stage.dispatch.put(make_alert(2, severity="info"))
            stage.dispatch.put(make_alert(1))
            await until(lambda: served.requests)
            assert len(served.bodies[0]["alerts"]) == 1
            assert stage.dispatch.stats()["alerts_without_receiver"] == 1

    asyncio.run(play())


def test_a_temporary_failure_is_tried_again_with_the_same_message() -> None:
    async def play() -> None:
        async with web_server() as served, Stage([hook(served)]).running() as stage:
            served.answers[:] = [(500, {}), (0, {}), (200, {})]
            stage.dispatch.put(make_alert())
            await until(lambda: len(served.requests) == 3)
            await until(lambda: len(stage.records) == 3)
            assert [(one.ok, one.error, one.permanent) for one in stage.records] == [
                (False, "http_500", False),
                (False, "disconnected", False),
                (True, "", False),
            ]
            assert len({body["id"] for body in served.bodies}) == 1

    asyncio.run(play())


def test_a_busy_receiver_is_left_alone_for_as_long_as_it_asks() -> None:
    async def play() -> None:
        async with web_server() as served:
            pace = Pace(tries=3, first=0.01, longest=5.0)
            async with Stage([hook(served)], pace=pace).running() as stage:
                served.answers[:] = [(429, {"Retry-After": "1"}), (200, {})]
                loop = asyncio.get_running_loop()
                stage.dispatch.put(make_alert())
                await until(lambda: len(served.requests) == 1)
                began = loop.time()
                await until(lambda: len(served.requests) == 2)
                assert loop.time() - began >= 0.99

    asyncio.run(play())


def test_a_permanent_failure_takes_the_next_channel_at_once() -> None:
    async def play() -> None:
        async with web_server() as first, web_server() as second:
            first.answers[:] = [(404, {})]
            channels = [hook(first, "first"), hook(second, "second")]
            async with Stage(channels, pace=SLOW).running() as stage:
                stage.dispatch.put(make_alert())
                await until(lambda: second.requests)
                await until(lambda: len(stage.records) == 2)
                assert [(one.channel, one.error, one.permanent) for one in stage.records] == [
                    ("first", "http_404", True),
                    ("second", "", False),
                ]
                assert len(first.requests) == 1

    asyncio.run(play())


def test_a_receiver_that_hangs_delays_the_next_channel_only_by_its_time() -> None:
    async def play() -> None:
        async with web_server() as first, web_server() as second:
            first.answers[:] = [(-1, {})]
            channels = [hook(first, "first", timeout=0.1), hook(second, "second")]
            async with Stage(channels, pace=SLOW).running() as stage:
                stage.dispatch.put(make_alert())
                await until(lambda: second.requests)
                await until(lambda: len(stage.records) == 2)
                assert [one.error for one in stage.records] == ["timeout", ""]
                assert stage.dispatch.stats()["messages_failed"] == 3

    asyncio.run(play())


def test_a_failure_is_recorded_when_it_is_another_than_before() -> None:
    async def play() -> None:
        async with web_server() as served, Stage([hook(served)]).running() as stage:
            failures = [500, 500, 500, 503, 503, 500]
            served.answers[:] = [(status, {}) for status in (*failures, 200)]
            stage.dispatch.put(make_alert())
            await until(lambda: any(one.ok for one in stage.records))
            errors = [one.error for one in stage.records]
            assert errors == ["http_500", "http_503", "http_500", ""]
            assert stage.dispatch.stats()["messages_failed"] == 6

    asyncio.run(play())


def test_a_failure_after_a_success_or_of_another_version_is_recorded() -> None:
    async def play() -> None:
        async with web_server() as served, Stage([hook(served)]).running() as stage:
            served.answers[:] = [(500, {}), (200, {})]
            stage.dispatch.put(make_alert(severity="info"))
            await until(lambda: len(stage.records) == 2)
            served.answers[:] = [(500, {})]
            stage.dispatch.put(make_alert(severity="warning"))
            await until(lambda: len(stage.records) == 3)
            stage.dispatch.put(make_alert(severity="critical"))
            await until(lambda: len(stage.records) == 4)
            assert [(one.error, one.severity) for one in stage.records] == [
                ("http_500", "info"), ("", "info"), ("http_500", "warning"),
                ("http_500", "critical"),
            ]  # fmt: skip

    asyncio.run(play())


def test_what_nobody_took_waits_and_is_told_as_it_stands_then() -> None:
    async def play() -> None:
        async with web_server() as served, Stage([hook(served)]).running() as stage:
            served.answers[:] = [(503, {})]
            stage.dispatch.put(make_alert(1))
            await until(lambda: len(served.requests) >= 4)
            stage.dispatch.put(over(make_alert(1)))
            stage.dispatch.put(make_alert(2))
            served.answers[:] = [(200, {})]
            await until(lambda: any(one.ok for one in stage.records))
            assert sorted(phases(served)[-1]) == ["firing", "resolved"]
            assert stage.dispatch.stats()["alerts_waiting"] == 0

    asyncio.run(play())


def test_a_full_mailbox_loses_the_least_urgent_first_and_says_so() -> None:
    stage = Stage(
        [Channel("none", webhook, webhook.Options(url=Secret("http://127.0.0.1:9")))], size=3
    )
    stage.dispatch.put(make_alert(1, severity="critical"))
    stage.dispatch.put(make_alert(2, severity="info"))
    stage.dispatch.put(make_alert(3, severity="info"))
    stage.dispatch.put(make_alert(4, severity="critical"))
    stage.dispatch.put(make_alert(5, severity="critical"))
    stage.dispatch.put(make_alert(6, severity="critical"))
    lost = [(record.alert, record.error, record.ok) for record in stage.records]
    assert lost == [
        (make_alert(2).id, "queue_full", False),
        (make_alert(3).id, "queue_full", False),
        (make_alert(1).id, "queue_full", False),
    ]
    assert stage.dispatch.stats() == {"alerts_lost": 3, "alerts_waiting": 3}


def test_a_full_mailbox_does_not_lose_the_grave_for_the_trifling() -> None:
    nowhere = Channel("none", webhook, webhook.Options(url=Secret("http://127.0.0.1:9")))
    stage = Stage([nowhere], size=1)
    stage.dispatch.put(make_alert(1, severity="critical"))
    stage.dispatch.put(make_alert(2, severity="info"))
    assert [record.alert for record in stage.records] == [make_alert(2).id]


def test_a_channel_keeps_to_its_rate_and_sums_up_what_waits() -> None:
    async def play() -> None:
        async with web_server() as served:
            channel = hook(served, per_minute=2)
            async with Stage([channel], gather=0.02, pace=QUICK).running() as stage:
                for number in range(1, 40):
                    stage.dispatch.put(make_alert(number))
                    await asyncio.sleep(0.02)
                assert len(served.requests) == 2
                assert stage.dispatch.stats()["messages_held_back"] >= 1

    asyncio.run(play())


def test_after_a_restart_nobody_is_told_twice_and_everybody_of_the_end() -> None:
    told, untold, ended = make_alert(1), make_alert(2), over(make_alert(3))
    records = [heard(alert) for alert in (told, make_alert(3))]

    async def play() -> None:
        async with web_server() as served:
            stage = Stage([hook(served)])
            stage.dispatch.restore([told, untold, ended], records)
            async with stage.running():
                await until(lambda: served.requests)
                (body,) = served.bodies
                assert [(one["id"], one["phase"]) for one in body["alerts"]] == [
                    (untold.id, "firing"),
                    (ended.id, "resolved"),
                ]
                stage.dispatch.put(over(told))
                await until(lambda: len(served.requests) == 2)

    asyncio.run(play())


@pytest.mark.parametrize(
    ("alert", "records"),
    [
        (make_alert(severity="critical"), [heard(make_alert(severity="info"))]),
        (make_alert(reason="flapping"), [heard(make_alert())]),
        (make_alert(reason="lasting"), [heard(make_alert(), news="flapping")]),
        # it was told by the second channel first, then, graver, by the first one, then again less
        (
            make_alert(severity="critical"),
            [
                heard(make_alert(severity="info"), "other"),
                heard(make_alert(severity="critical")),
                heard(make_alert(severity="info"), "other"),
            ],
        ),
        # from before the version was kept: better told twice than never
        (make_alert(), [heard(make_alert(), severity="")]),
    ],
)
def test_after_a_restart_what_changed_since_it_was_told_is_told(
    alert: Alert, records: list[Delivery]
) -> None:
    async def play() -> None:
        async with web_server() as served:
            stage = Stage([hook(served), hook(served, "other")])
            stage.dispatch.restore([alert], records)
            async with stage.running():
                await until(lambda: served.requests)
                (told,) = served.bodies[0]["alerts"]
                assert (told["severity"], told["reason"]) == (alert.severity, alert.reason)

    asyncio.run(play())


def test_a_record_says_how_the_alert_stood() -> None:
    async def play() -> None:
        async with web_server() as served, Stage([hook(served)]).running() as stage:
            stage.dispatch.put(make_alert(severity="info", reason="far_lost"))
            await until(lambda: len(stage.records) == 1)
            stage.dispatch.put(make_alert(severity="critical", reason="lasting"))
            await until(lambda: len(stage.records) == 2)
            versions = [(one.severity, one.news) for one in stage.records]
            assert versions == [("info", ""), ("critical", "lasting")]

    asyncio.run(play())


def test_after_a_restart_a_person_is_told_what_only_a_system_had_heard() -> None:
    alert = make_alert(1)
    record = heard(alert, "am")
    nobody = Channel("am", alertmanager, alertmanager.Options(members=(Secret("http://[::1]:9"),)))

    async def play() -> None:
        async with web_server() as served:
            stage = Stage([nobody, hook(served)], pace=SLOW)
            stage.dispatch.restore([alert], [record])
            async with stage.running():
                await until(lambda: served.requests)
                assert phases(served) == [["firing"]]

    asyncio.run(play())


def test_what_waited_when_a_bug_struck_is_told_all_the_same() -> None:
    kept: list[Delivery] = []
    bugs = [ZeroDivisionError()]

    def record(delivery: Delivery) -> None:
        if bugs:
            raise bugs.pop()
        kept.append(delivery)

    async def play() -> None:
        async with web_server() as served, Stage([hook(served)], record=record).running() as stage:
            stage.dispatch.put(make_alert())
            await until(lambda: kept)
            assert [one.alert for one in kept] == [make_alert().id]
            assert stage.dispatch.stats()["bugs"] == 1

    asyncio.run(play())


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 30.0), (1, 60.0), (3, 240.0), (4, 300.0), (100_000, 300.0)]
)
def test_pauses_double_up_to_the_longest_for_ever(failures: int, seconds: float) -> None:
    assert doubled(30.0, failures, 300.0) == seconds


def test_what_waits_at_the_end_of_the_process_is_sent() -> None:
    async def play() -> None:
        async with web_server() as served:
            async with Stage([hook(served)], gather=60.0).running() as stage:
                stage.dispatch.put(make_alert())
            assert len(served.requests) == 1

    asyncio.run(play())


def test_a_stopping_process_waits_for_a_dead_receiver_only_so_long() -> None:
    async def play() -> float:
        loop = asyncio.get_running_loop()
        async with web_server() as served:
            served.answers[:] = [(503, {})]
            async with Stage([hook(served)], pace=SLOW).running() as stage:
                stage.dispatch.put(make_alert())
                await until(lambda: served.requests)
                began = loop.time()
            return loop.time() - began

    assert 0.3 <= asyncio.run(play()) < 3.0
