"""The command line of a simulated router or switch: echo, prompt, paging, `enable`, bad manners.

It knows no SSH: it is given a way to read and a way to write octets, and runs until the other side
leaves. Everything it does is what a real box would do to a person at a terminal.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Final

from simulator.ssh_dialects import DIALECTS, Dialect
from simulator.ssh_nodes import Node
from simulator.ssh_outputs import answer

_PAGE: Final = 24
_LONGEST_LINE: Final = 4096
_FLOOD: Final = 2 * 1024**3
_CHUNK: Final = 64 * 1024

Read = Callable[[], bytes]
"""Return some octets of what was typed; empty at the end."""
Write = Callable[[bytes], None]
"""Raise OSError when the other side is gone."""


class Shell:
    """One session. `revision` is asked for each time, `now` gives UTC seconds."""

    def __init__(
        self,
        node: Node,
        read: Read,
        write: Write,
        *,
        now: Callable[[], float],
        revision: Callable[[], int],
    ) -> None:
        self._node = node
        self._dialect: Dialect = DIALECTS[node.dialect]
        self._typed = itertools.chain.from_iterable(iter(read, b""))
        self._write = write
        self._now = now
        self._revision = revision
        self._codec = "utf-8" if "latin" in node.quirks else self._dialect.codec
        self._privileged = not node.secret
        self._paging = True
        self._view = 0
        self._other = "somebody-else" if "another_prompt" in node.quirks else ""

    def run(self) -> None:
        """Speak until the other side leaves or says so."""
        quirks = self._node.quirks
        if "hanging_shell" in quirks:
            self._drain()
            return
        if "endless_banner" in quirks:
            while True:
                self._say("*" * 78 + "\n")
        if not self._questions():
            return
        self._say(self._dialect.banner)
        self._prompt()
        for line in self._lines():
            words = " ".join(line.split())
            if words.lower() in self._dialect.leave:
                return
            if words and not self._obey(words):
                return
            self._prompt()
            if words and "logs" in quirks:
                self._say("\n%Nov 26 08:00:01 2026 IFNET/4/LINK_UPDOWN: GE0/0/1 is up.\n")

    def _drain(self) -> None:
        for _ in self._typed:
            pass

    def _questions(self) -> bool:
        """Ask what such boxes ask before the first prompt; False when nobody is left to answer."""
        if "waits" in self._node.quirks:
            self._say("\nPress Y or ENTER to continue, N to exit.")
            if next(self._lines(), "n").lower().startswith("n"):
                return False
        asked = {
            "asks_password": self._dialect.change_question,
            "asks_to_save": self._dialect.save_question,
        }
        for quirk, question in asked.items():
            if quirk in self._node.quirks and question:
                self._say(question)
                said = next(self._lines(), None)
                if said is None:
                    return False
                if said.strip().lower().startswith("y"):
                    self._say("Error: it was told to change something.\n")
                    return False
        return True

    def _prompt(self) -> None:
        shape = self._dialect.privileged if self._privileged else self._dialect.prompt
        name = self._node.id
        if self._view:
            name = self._other or f"{name}-view{self._view}"
        self._say(shape.format(name=name))

    def _obey(self, words: str) -> bool:
        """Do what was typed; False when the session is over."""
        lower, dialect = words.lower(), self._dialect
        if lower in dialect.unpaged:
            self._paging = "stubborn_paging" in self._node.quirks
            self._say(dialect.said)
            return True
        if lower in dialect.silent:
            return True
        if lower == "enable" and dialect.prompt != dialect.privileged:
            self._enable()
            return True
        if "flood" in self._node.quirks:
            self._flood()
        text = answer(self._node, words, self._now(), self._revision())
        if text is None or (not self._privileged and "running-config" in lower):
            self._say(dialect.unknown)
            return True
        if "closes" in self._node.quirks:
            self._say(text[: len(text) // 2])
            return False
        if "changing_prompt" in self._node.quirks or self._other:
            self._view += 1
        return self._pages(text)

    def _enable(self) -> None:
        if self._privileged:
            return
        self._say("\nPassword: ")
        typed = next(self._lines(echo=False), "")
        if typed == self._node.secret:
            self._privileged = True
        else:
            self._say("\n% Access denied\n")

    def _flood(self) -> None:
        line = (b"GigabitEthernet0/0/1 is up, line protocol is up " * 2)[:94] + b"\r\n"
        chunk = line * (_CHUNK // len(line))
        for _ in range(_FLOOD // len(chunk)):
            self._write(chunk)

    def _pages(self, text: str) -> bool:
        """Show a text, page by page where that was not turned off."""
        lines = text.splitlines()
        endless = "endless_paging" in self._node.quirks
        if not self._paging and not endless:
            self._say("\n".join(lines) + "\n")
            return True
        shown = itertools.cycle(lines) if endless else iter(lines)
        while page := list(itertools.islice(shown, _PAGE)):
            self._say("\n".join(page) + "\n")
            following = next(shown, None)
            if following is None:
                break
            shown = itertools.chain((following,), shown)
            self._say(self._dialect.more)
            key = next(self._typed, None)
            if key is None:
                return False
            self._say(self._dialect.wipe)
            if key in b"qQ\x03":
                break
        return True

    def _lines(self, *, echo: bool = True) -> Iterator[str]:
        """Yield what was typed, line by line; the octets are echoed as they come."""
        line = bytearray()
        before = 0
        for key in self._typed:
            if key == 0x0A and before == 0x0D:
                before = key
                continue
            before = key
            if key in b"\r\n":
                self._write(b"\r\n")
                yield line.decode("utf-8", "replace")
                line.clear()
            elif key in b"\b\x7f":
                if line:
                    line.pop()
                    self._write(b"\b \b")
            elif len(line) < _LONGEST_LINE:
                line.append(key)
                if echo:
                    self._write(bytes((key,)))

    def _say(self, text: str) -> None:
        if text:
            self._write(text.replace("\n", "\r\n").encode(self._codec, "replace"))
