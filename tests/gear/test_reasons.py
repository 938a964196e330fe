"""Every reason of the command lines has its sentence in both languages, and its line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from texts.say import catalogue

ROOT = Path(__file__).parents[2]
FILES = (
    "collectors/wires/_ssh_dialogue.py",
    "collectors/wires/_ssh_screen.py",
    "collectors/_command_line.py",
)
REASONS = sorted({
    reason for file in FILES
    for reason in re.findall(r'"(cli_[a-z_]+|too_large)"', (ROOT / file).read_text("utf-8"))
})  # fmt: skip


def test_there_are_reasons() -> None:
    assert len(REASONS) > 9


@pytest.mark.parametrize("reason", REASONS)
def test_it_has_its_sentence_and_its_line(reason: str) -> None:
    english, chinese = catalogue()[f"wire.reason.{reason}"]

    assert english
    assert re.search(r"[\u4e00-\u9fff]", chinese)
    assert f"`{reason}`" in (ROOT / "docs" / "commands.md").read_text("utf-8")
