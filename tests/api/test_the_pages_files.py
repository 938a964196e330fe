"""What the page's files must not contain, whatever a browser would forgive."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import api
from texts.say import catalogue

FILES = sorted((Path(api.__path__[0]) / "static").iterdir())
SCRIPTS = [file for file in FILES if file.suffix == ".js"]
_SVG = "http://www.w3.org/2000/svg"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_nothing_comes_from_outside(file: Path) -> None:
    text = file.read_text().replace(_SVG, "")
    assert not re.search(r"https?:|@import|url\(", text)


@pytest.mark.parametrize("file", SCRIPTS, ids=lambda file: file.name)
def test_nothing_is_parsed_as_html_or_code(file: Path) -> None:
    forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|srcdoc"
    assert not re.search(forbidden, file.read_text())


@pytest.mark.parametrize("file", SCRIPTS, ids=lambda file: file.name)
def test_lines_can_be_read(file: Path) -> None:
    assert max(map(len, file.read_text().splitlines())) <= 110


@pytest.mark.parametrize(
    "file", [file for file in FILES if file.suffix == ".html"], ids=lambda file: file.name
)
def test_no_script_or_style_is_inline(file: Path) -> None:
    text = file.read_text()
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", text)


def test_every_sentence_the_page_asks_for_exists() -> None:
    asked = {
        code
        for file in FILES
        for code in re.findall(r"[\"{](page\.[a-z_.]+[a-z_])[\"}]", file.read_text())
    }
    assert asked
    assert asked <= set(catalogue())
