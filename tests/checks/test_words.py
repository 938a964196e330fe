"""Every reason a check may have, and every mistake in its options, can be said to a person."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import collectors
from texts.say import catalogue

FOLDER = Path(collectors.__path__[0])
FILES = sorted(
    [
        *(FOLDER / "wires").glob("_web_*.py"),
        FOLDER / "wires" / "web.py",
        *(FOLDER / f"{kind}.py" for kind in ("http", "tls", "tcp", "dns")),
    ]
)
SPOKEN = re.compile(
    r'Trouble\(Outcome\.[A-Z]+, "([a-z_]+)"'
    r'|(?:trouble|reason) = "([a-z_]+)"|return "([a-z_]+)"|: "(tls_[a-z_]+)"'
    r'|Reply\(Outcome\.[A-Z]+, "([a-z_]+)"|Shown\("([a-z_]+)"'
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_reason_has_its_sentence(path: Path) -> None:
    found = {word for groups in SPOKEN.findall(path.read_text("utf-8")) for word in groups if word}

    assert [code for code in sorted(found) if f"wire.reason.{code}" not in catalogue()] == []


def test_reasons_are_found_at_all() -> None:
    text = "".join(path.read_text("utf-8") for path in FILES)

    assert len(SPOKEN.findall(text)) > 40


@pytest.mark.parametrize("phase", ["resolve", "connect", "tls", "processing", "transfer"])
def test_every_phase_may_be_late(phase: str) -> None:
    assert f"wire.reason.timeout_{phase}" in catalogue()


@pytest.mark.parametrize("name", ["_checks.py", "http.py"])
def test_every_mistake_has_its_sentence(name: str) -> None:
    codes = re.findall(r'PydanticCustomError\("([a-z_]+)"', (FOLDER / name).read_text("utf-8"))

    assert codes
    assert [code for code in codes if f"problem.{code}" not in catalogue()] == []
