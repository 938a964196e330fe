"""Whatever a check of a path, a backup or a replica gives as its reason can be said to a person."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import collectors
from texts.say import catalogue

FILES = (
    "path.py", "nqa.py", "_nqa.py", "_stream.py", "heartbeat.py", "backup_set.py", "_freshness.py",
    "replication.py", "_source.py", "wires/_ssh_files.py",
)  # fmt: skip
REASON = re.compile(
    r'"((?:path|nqa|beats?|job|backup|replica|clock|folder|no_sftp|http_status)(?:_[a-z_]+)?)"'
)
NO_REASONS = {"path", "backup_set", "replica", "backup"}


def reasons(name: str) -> set[str]:
    text = (Path(collectors.__path__[0]) / name).read_text("utf-8")
    return {found for found in REASON.findall(text) if found not in NO_REASONS}


def test_reasons_are_found_where_they_are_given() -> None:
    assert {"path_loss", "path_silent"} <= reasons("path.py") | reasons("_stream.py")
    assert {"backup_missing", "backup_too_old", "clock_ahead"} <= reasons("_freshness.py")


@pytest.mark.parametrize("name", FILES)
def test_every_reason_has_its_sentence_in_both_languages(name: str) -> None:
    for reason in reasons(name):
        english, chinese = catalogue()[f"wire.reason.{reason}"]
        assert english
        assert re.search(r"[\u4e00-\u9fff]", chinese)
