"""The terminal that netmiko is given: what goes out, and what is made of what comes in."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.wires._ssh_failure import SshFailure
from collectors.wires._ssh_screen import Screen, allowed

WIPES = ("\x1b[42D" + " " * 42 + "\x1b[42D", "\b" * 9 + " " * 9 + "\b" * 9, "\r          \r")
PAGERS = ("  ---- More ----", " --More--", "---MORE---", "---- More ( Press 'Q' to break ) ----")


class Typed:
    """A terminal that has said something, in pieces; it writes down what is typed."""

    closed = False
    eof_received = 0

    def __init__(self, *pieces: bytes) -> None:
        self.pieces = list(pieces)
        self.typed = b""

    def recv_ready(self) -> bool:
        return bool(self.pieces)

    def recv(self, nbytes: int) -> bytes:  # noqa: ARG002 - paramiko's form
        return self.pieces.pop(0)

    def sendall(self, s: bytes) -> None:
        self.typed += s


def screen(terminal: Typed) -> Screen:
    return Screen(terminal, time.monotonic() + 60, 1_000_000)


def pieces(text: str, cuts: list[int]) -> list[bytes]:
    raw = text.encode("latin-1")
    places = sorted({0, len(raw), *(cut % (len(raw) + 1) for cut in cuts)})
    return [raw[a:b] for a, b in pairwise(places)]


def read(one: Screen, terminal: Typed, text: str, cuts: list[int]) -> str:
    terminal.pieces = pieces(text, cuts)
    return "".join(one.read_channel() for _ in range(len(terminal.pieces)))


@given(st.sampled_from(PAGERS), st.sampled_from(WIPES), st.lists(st.integers(0, 200)))
def test_a_page_is_turned_however_the_text_is_cut(pager: str, wipe: str, cuts: list[int]) -> None:
    """A device waits for the key: what it writes over its question comes in a piece of its own."""
    before, after = "interface X\r\n description a\r\n", " ip address 1.2.3.4 30\r\nend\r\n"
    one = screen(terminal := Typed())

    assert read(one, terminal, before + pager, cuts) == before
    assert terminal.typed == b" "
    assert read(one, terminal, wipe + after, cuts) == after
    assert terminal.typed == b" "


@given(st.text(st.characters(codec="latin-1"), max_size=300), st.lists(st.integers(0, 300)))
def test_text_without_pages_comes_as_it_is_but_for_what_may_yet_become_one(
    text: str, cuts: list[int]
) -> None:
    one = screen(terminal := Typed())
    said = read(one, terminal, text, cuts)

    assert terminal.typed or text.startswith(said)
    assert terminal.typed or len(text) - len(said) < 50


def test_what_is_indented_behind_a_page_stays_indented() -> None:
    terminal = Typed(b" --More--", b"        description x\r\n")
    one = screen(terminal)

    assert one.read_channel() == ""
    assert one.read_channel() == "        description x\r\n"


def test_a_device_that_says_more_than_it_may_is_heard_no_more() -> None:
    one = Screen(Typed(b"x" * 500, b"x" * 600), time.monotonic() + 60, 1000)
    one.read_channel()

    with pytest.raises(SshFailure, match="cli_banner"):
        one.read_channel()


@given(st.text(max_size=60))
def test_no_text_with_a_line_in_it_is_let_out(text: str) -> None:
    for line in (f"display x\n{text}", f"show x\r{text}", f"show {text} | x", f"show {text}>x"):
        assert not allowed(line)


@given(st.text(st.characters(codec="ascii"), max_size=40))
def test_only_words_that_look_begin_a_command(text: str) -> None:
    if allowed(text) and text.strip(" "):
        assert text.split(maxsplit=1)[0].lower() in {
            "display", "show", "n", "quit", "exit", "screen-length", "terminal", "more",
        }  # fmt: skip
