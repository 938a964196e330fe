"""What the command line says of itself has words, in both languages."""

from __future__ import annotations

import re
from argparse import ArgumentParser, _SubParsersAction
from collections.abc import Iterator

import pytest

from runtime.cli import _parser
from texts.say import Language


def parsers(parser: ArgumentParser) -> Iterator[ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, _SubParsersAction):
            for below in action.choices.values():
                yield from parsers(below)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_command_is_described(language: Language) -> None:
    said = "\n".join(one.format_help() for one in parsers(_parser(language)))
    assert re.findall(r"\bcli\.\w+", said) == []
