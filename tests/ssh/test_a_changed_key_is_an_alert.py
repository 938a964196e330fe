"""A host key that changed is told to people by the rule that is shipped, until it is good again."""

from __future__ import annotations

from functools import partial

from alerts.engine import Engine
from alerts.model import Phase
from inventory.model import device_target
from runtime.telling import Telling
from tests.alerts.province import START, make_inventory, shipped
from texts.say import say


def test_a_changed_host_key_is_an_alert_until_a_pinned_one_is_seen() -> None:
    inventory = make_inventory()
    device = next(iter(inventory.devices))
    told: list[tuple[str, Phase, str]] = []
    telling = Telling(
        Engine(shipped(), inventory, []),
        [lambda alert: told.append((alert.rule, alert.phase, alert.reason))],
        lambda: START,
    )
    report = partial(telling.report, "host_key", device_target(device), START)
    report(bad=True, reason="host_key_changed")
    report(bad=False, reason="host_key_good")
    assert told == [
        ("host-key-changed", Phase.FIRING, "host_key_changed"),
        ("host-key-changed", Phase.RESOLVED, "host_key_good"),
    ]
    for code in ("alert.rule.host-key-changed", *(f"alert.reason.{told[n][2]}" for n in (0, 1))):
        assert say(code) != code
