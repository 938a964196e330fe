"""What a person reads on the page is called as it is called in messages and dashboards."""

from __future__ import annotations

from typing import get_args

import pytest

from alerts.model import Severity
from alerts.rules import load_rules
from api.routes_session import SHOWN
from texts.say import catalogue, say


@pytest.mark.parametrize("severity", get_args(Severity))
def test_a_severity_has_one_chinese_name(severity: str) -> None:
    on_page, in_message = (say(f"{at}.severity.{severity}", "zh") for at in ("page", "alert"))
    assert on_page == in_message


@pytest.mark.parametrize(("way", "word"), [("in", "入向"), ("out", "出向")])
def test_a_direction_is_named_from_the_port_and_not_from_the_site(way: str, word: str) -> None:
    """`in` is what comes into the near, upper port: for the site behind it that goes up."""
    codes = (
        f"page.rate.{way}", f"page.column.{way}", f"alert.rule.bandwidth-{way}",
        f"dashboards.full_{way}",
    )  # fmt: skip
    assert [code for code in codes if word not in say(code, "zh")] == []
    assert [code for code, (_, zh) in catalogue().items() if "上行" in zh or "下行" in zh] == []


def test_an_interface_that_is_not_declared_is_missing_in_the_inventory() -> None:
    assert "资源清单" in say("wire.reason.no_interface", "zh")


def test_the_page_names_every_shipped_rule_in_words() -> None:
    rules, _ = load_rules(())
    shown = [code for code in catalogue() if code.startswith(SHOWN)]

    assert [rule.id for rule in rules if f"alert.rule.{rule.id}" not in shown] == []
