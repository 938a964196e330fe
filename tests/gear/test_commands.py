"""Every command reads what it is known to say as was expected, and nothing else.

The expected readings stand beside the answers in `corpus/<platform>/<command>/<case>.json`.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import collectors.commands
from collectors.commands._form import Command, Unread, refused
from collectors.vendors._form import Optics
from collectors.wires._ssh_screen import LOOKING
from simulator.ssh_dialects import DIALECTS
from simulator.ssh_outputs import answer
from tests.gear.nodes import NOW, node

CORPUS = Path(__file__).parent / "corpus"
NAMES = sorted(
    module.name.removeprefix("collectors.commands.")
    for module in walk_packages(collectors.commands.__path__, "collectors.commands.")
    if not module.ispkg and "._" not in module.name
)
DOCUMENT = (Path(__file__).parents[2] / "docs" / "commands.md").read_text("utf-8")
CASES = sorted(path.relative_to(CORPUS).as_posix() for path in CORPUS.rglob("*.txt"))
NONSENSE = (
    "Lorem ipsum dolor sit amet\n" * 3,
    "<html><body>503</body></html>\n",
    "Interface Foo\n1 2 3 4 5 6\n10.0.0.1 4 abc\n",
    "\x00\x01 乱码\n",
)


def command(name: str) -> Command[Any]:
    found: Command[Any] = import_module(f"collectors.commands.{name}").COMMAND
    return found


def plain(readings: tuple[Any, ...]) -> list[dict[str, Any]]:
    said: list[dict[str, Any]] = json.loads(json.dumps([asdict(one) for one in readings]))
    return [
        {key: round(v, 9) if isinstance(v, float) else v for key, v in one.items()} for one in said
    ]


@pytest.mark.parametrize("case", CASES)
def test_an_answer_is_read_as_expected(case: str) -> None:
    platform, name, _ = case.split("/")
    expected = json.loads((CORPUS / case).with_suffix(".json").read_text("utf-8"))

    found = command(f"{platform}.{name}").read((CORPUS / case).read_text("utf-8"))

    assert plain(found) == plain_json(expected["readings"])


def plain_json(readings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {key: round(v, 9) if isinstance(v, float) else v for key, v in one.items()}
        for one in readings
    ]


@pytest.mark.parametrize("name", NAMES)
def test_every_command_has_answers_to_be_tested_with(name: str) -> None:
    cases = [case for case in CASES if case.startswith(f"{name.replace('.', '/')}/")]

    assert cases
    for case in cases:
        source = json.loads((CORPUS / case).with_suffix(".json").read_text("utf-8"))["source"]
        assert source.startswith(("synthetic", "the shape of a capture"))


@pytest.mark.parametrize("name", NAMES)
def test_the_document_says_what_is_sent_and_how_sure_its_reading_is(name: str) -> None:
    """`capture` there is `synthetic` here: a public capture with other values."""
    platform, one = name.partition(".")[0], command(name)
    said = {"synthetic": "capture", "documentation": "manual"}[one.sure]
    row = rf"^\| {platform} \| `{re.escape(one.line.format('<port>'))}` \| .*\| {said}\b"

    assert re.search(row, DOCUMENT, re.MULTILINE)


@pytest.mark.parametrize("name", NAMES)
def test_every_command_only_looks(name: str) -> None:
    assert LOOKING.fullmatch(command(name).line.format("GigabitEthernet0/0/1"))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("text", NONSENSE)
def test_what_it_is_not_known_to_say_is_unread_and_never_an_empty_table(
    name: str, text: str
) -> None:
    with pytest.raises(Unread):
        command(name).read(text)


@pytest.mark.parametrize("name", NAMES)
def test_a_refusal_is_seen_as_one(name: str) -> None:
    platform = name.partition(".")[0]
    if platform in DIALECTS:
        assert refused(DIALECTS[platform].unknown)


@pytest.mark.parametrize("case", CASES)
def test_an_answer_is_no_refusal(case: str) -> None:
    assert not refused((CORPUS / case).read_text("utf-8"))


@pytest.mark.parametrize("name", NAMES)
def test_what_the_simulated_gear_says_is_read(name: str) -> None:
    platform = name.partition(".")[0]
    said = None
    if platform in DIALECTS:
        one = node(platform)
        said = answer(one, command(name).line.format(one.ports[0]), NOW, 0)
    if said is not None:
        assert command(name).read(said)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=25)
@given(data=st.data())
def test_an_answer_that_is_cut_is_read_in_part_or_unread_but_never_more(
    name: str, data: st.DataObject
) -> None:
    case = data.draw(st.sampled_from([c for c in CASES if c.startswith(name.replace(".", "/"))]))
    text = (CORPUS / case).read_text("utf-8")
    cut = text[: data.draw(st.integers(0, len(text)))]
    try:
        found = command(name).read(cut)
    except Unread:
        return
    assert len(found) <= len(command(name).read(text))
    assert all(one.rx_dbm is None or one.rx_dbm < 20 for one in found if isinstance(one, Optics))
