"""The check of a service: what its options mean, and what its answer says."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import msgspec
import pytest
from pydantic import ValidationError

from collectors import website
from collectors._audits import Window
from collectors._contract import Answer, Wires
from collectors._memory import DeviceMemory
from collectors.audit.form import Counts, Summary, Task
from collectors.wires.echo import open_echo
from collectors.wires.snmp import open_snmp
from inventory.model import Inventory, ProbeSpec, Service, service_target
from metrics.observation import Outcome, Probe
from tests.collectors.network import network
from texts.say import catalogue

GOOD = Summary("portal", "http://a/", 1, 90.0, score=95.0, counts=Counts(200, 400, 900, 50, 12, 3))


class Told:
    """Audits that come to what they are told."""

    def __init__(self, summary: Summary) -> None:
        self.summary = summary
        self.heard: list[tuple[Task, Window | None, float]] = []

    async def audit(self, task: Task, window: Window | None, *, seconds: float) -> Summary:
        self.heard.append((task, window, seconds))
        return self.summary


def planned(**options: object) -> Probe:
    spec = ProbeSpec("website", 86_400.0, options={"url": "https://portal.example/"} | options)
    service = Service("portal", "门户网站", "website", "xs", probes=(spec,))
    inventory: Inventory = replace(network(), services={"portal": service})
    probe = website.plan(spec, service_target("portal"), inventory)
    assert probe is not None
    return probe


def asked(summary: Summary, **options: object) -> tuple[Answer, Told]:
    told, udp = Told(summary), open_echo("udp")
    wires = Wires(open_snmp(), udp, udp, audits=told)
    return asyncio.run(website.ask(planned(**options), wires, DeviceMemory())), told


def test_an_audit_that_is_passed_is_a_success_with_its_totals() -> None:
    answer, _ = asked(GOOD)

    assert (answer.outcome, answer.reason) == (Outcome.ANSWERED, "")
    assert answer.values == (1, 90.0, 95.0, 200, 3, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"score": 79.9}, "audit_score"),
        ({"veto": ("columns_empty",)}, "audit_veto"),
        ({"partial": "out_of_time"}, "audit_partial"),
    ],
)
def test_an_audit_that_is_not_passed_says_why(change: dict[str, object], reason: str) -> None:
    answer, _ = asked(msgspec.structs.replace(GOOD, **change))

    assert (answer.outcome, answer.reason, answer.values[0]) == (Outcome.ANSWERED, reason, 0)


@pytest.mark.parametrize(
    ("failure", "outcome", "reason", "success"),
    [
        ("timeout", "SILENT", "site_timeout", 0),
        ("refused", "REFUSED", "site_refused", 0),
        ("robots_disallowed", "ANSWERED", "site_robots_disallowed", 0),
        ("audits_busy", "SKIPPED", "audits_busy", None),
    ],
)
def test_a_site_that_was_not_read_has_no_totals(
    failure: str, outcome: str, reason: str, success: int | None
) -> None:
    answer, _ = asked(Summary("portal", "http://a/", 1, 2.0, failure=failure, outcome=outcome))

    assert (answer.outcome.name, answer.reason) == (outcome, reason)
    assert answer.values[0] == success
    assert answer.values[2:] == (None,) * 7


def test_an_audit_is_over_before_its_check_is() -> None:
    _, told = asked(GOOD)
    ((task, window, seconds),) = told.heard

    assert seconds < planned().deadline < 86_400
    assert window is None
    assert (task.service, task.title, task.pace) == ("portal", "门户网站", 1.0)


def test_a_window_may_pass_midnight() -> None:
    _, told = asked(GOOD, window="22:30-06:00")

    assert told.heard[0][1] == Window(81_000, 21_600)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("window", "22:00"), ("window", "25:00-26:00"), ("window", "06:00-06:00"),
        ("hosts", "no host"), ("allow", "10.0.0.0/99"), ("url", "ftp://a/"), ("pace", 0),
        ("url", "https://user:secret@portal.example/"), ("contact", "电话"),
        ("columns", [{"url": "/x/", "selector": "[[["}]), ("columns", [{"url": "/x/", "days": 0}]),
        ("days", {"home": 0}), ("weights", {"mixed": -1}), ("max_pages", 10**6), ("typo", 1),
    ],
)  # fmt: skip
def test_an_option_that_makes_no_sense_is_refused(option: str, value: object) -> None:
    with pytest.raises(ValidationError):
        planned(**{option: value})


def test_every_reason_and_code_has_its_sentence() -> None:
    codes = [
        *(f"audit.why.{why}" for why in ("http_status", "picture_type", "out_of_time")),
        *(f"wire.reason.{why}" for why in website._OURS),
        *(f"audit.lost.{what}" for what in ("family", "maze", "robots", "others_unreachable")),
    ]

    assert [code for code in codes if code not in catalogue()] == []
