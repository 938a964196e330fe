"""YAML is read strictly, and nothing in a file can make reading it expensive."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from inventory.problem import Problem
from inventory.yamlmarks import Source, parse, read_source


def _parse(text: str) -> tuple[object, list[str]]:
    data, problems = parse(Source("x.yaml", Path(), text.encode()))
    return data, [problem.code for problem in problems]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("10", 10),
        ("-3", -3),
        ("99.95", 99.95),
        ("1.5e3", 1500.0),
        ("on", "on"),
        ("off", "off"),
        ("yes", "yes"),
        ("no", "no"),
        ("007", "007"),
        ("0x1F", "0x1F"),
        ("12:30", "12:30"),
        ("2026-01-01", "2026-01-01"),
        ("1_000", "1_000"),
        (".inf", ".inf"),
        ("1.0e999", "1.0e999"),
        ("9" * 5000, "9" * 5000),
        ("'10'", "10"),
        ('"true"', "true"),
    ],
)
def test_a_scalar_means_what_yaml_1_2_says(written: str, meant: object) -> None:
    data, problems = _parse(f"key: {written}\n")
    assert not problems
    assert isinstance(data, dict)
    assert data["key"] == meant
    assert type(data["key"]) is type(meant)


def test_keys_are_text_whatever_they_look_like() -> None:
    assert _parse("1: a\ntrue: b\noff: c\n~: d\n") == (
        {"1": "a", "true": "b", "off": "c", "~": "d"},
        [],
    )


def test_a_small_anchor_may_be_used_again() -> None:
    assert _parse("a: &x [1, 2]\nb: *x\n") == ({"a": [1, 2], "b": [1, 2]}, [])


def test_an_anchor_cannot_hold_itself() -> None:
    assert _parse("a: &x [*x]\n")[1] == ["alias_nested"]


def test_a_large_anchor_is_refused() -> None:
    assert _parse(f"a: &x [{'1, ' * 2000}]\n")[1] == ["anchor_too_large"]


def test_many_aliases_are_refused() -> None:
    assert _parse(f"a: &x 1\nb: [{'*x, ' * 200}]\n")[1] == ["too_many_aliases"]


def test_deep_nesting_is_refused_before_it_is_followed() -> None:
    assert _parse("a: " + "[" * 100_000)[1] == ["too_deep"]


def test_nothing_is_run_for_a_tag(tmp_path: Path) -> None:
    marker = tmp_path / "owned"
    _, problems = _parse(f'a: !!python/object/apply:os.system ["touch {marker}"]\n')
    assert problems == ["yaml_tag"]
    assert not marker.exists()


def test_an_empty_file_is_an_empty_mapping() -> None:
    assert _parse("# nothing yet\n") == ({}, [])


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    path.write_bytes(b"#" * 101)
    found = read_source(path, "large.yaml", 100)
    assert isinstance(found, Problem)
    assert found.code == "file_too_large"


def test_a_pipe_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    path = tmp_path / "pipe.yaml"
    os.mkfifo(path)
    found = read_source(path, "pipe.yaml")
    assert isinstance(found, Problem)
    assert found.code == "file_not_regular"
