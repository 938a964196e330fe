"""Every code that a person may meet has its sentence."""

from __future__ import annotations

import re

import pytest

from collectors import config_backup
from runtime.configurations import copies as configurations
from runtime.configurations import job as configuration_job
from texts.say import catalogue, say

REASONS = re.findall(
    r"^    (config_\w+) {2,}\S", f"{configuration_job.__doc__}{config_backup.__doc__}", re.MULTILINE
)


def test_the_tables_of_reasons_were_read() -> None:
    assert len(REASONS) == 6


@pytest.mark.parametrize("reason", REASONS)
def test_a_reason_can_be_said(reason: str) -> None:
    assert f"wire.reason.{reason}" in catalogue()


@pytest.mark.parametrize("why", ["first", "again", "changed", "trap", "whole", "other"])
def test_why_it_was_read_can_be_said(why: str) -> None:
    assert f"configuration.why.{why}" in catalogue()


@pytest.mark.parametrize(
    "reason", [configurations.CHANGED, configurations._NOTED, configurations._REVERTED]
)
def test_why_an_alert_is_there_or_over_can_be_said(reason: str) -> None:
    assert say(f"alert.reason.{reason}", "zh") != say(f"alert.reason.{reason}", "en")


def test_the_evidence_of_a_change_can_be_said() -> None:
    assert f"trap.{configurations._EVIDENCE}" in catalogue()
