"""How values are said to a reader: times of the report's zone, yuan, percentages, words.

Whole-number arithmetic throughout; a figure that is missing is said in words, never as a number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from functools import cache
from typing import Final, Literal
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from sla.records import Document, Fact
from sla.report import Number, Ratio, Report
from sla.rounding import percent
from texts.say import Language, catalogue, say

Kind = Literal[
    "text", "whole", "seconds", "mean", "time", "yuan", "percent", "share", "points", "weight",
    "ms", "mbit",
]  # fmt: skip
"""What a column holds: `mean` seconds with a decimal, `share` of 1, `weight` of 1, `ms` from
microseconds, `mbit` from bit/s, `yuan` from fen, `time` from UTC seconds."""
Value = str | int | Ratio | Number | None

_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
LONGEST: Final = 32_000
"""Characters of one cell: Excel takes 32,767."""


class RenderError(Exception):
    """A view cannot be made. `code` of `report.error.<code>`, with its parameters."""

    def __init__(self, code: str, **parameters: object) -> None:
        super().__init__(say(f"report.error.{code}", "en", **parameters))
        self.code = code
        self.parameters: Mapping[str, object] = parameters


def clean(text: str) -> str:
    """Return a text without control characters and turns of direction, bounded in length."""
    return _CONTROL.sub("\ufffd", text)[:LONGEST]


def decimal(value: Fraction, digits: int) -> str:
    """Print a number with so many decimals, half to even, once."""
    return percent(value / 100, digits)


def yuan(fen: int) -> str:
    """Print an amount of fen in yuan: 123456 is `1,234.56`."""
    sign, whole = ("-" if fen < 0 else ""), abs(fen)
    return f"{sign}{whole // 100:,}.{whole % 100:02d}"


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


@dataclass(frozen=True, slots=True)
class Words:
    """A language and a time zone."""

    language: Language
    zone: str

    def say(self, code: str, /, **parameters: object) -> str:
        """Return the sentence of `report.<code>`."""
        return say(f"report.{code}", self.language, **parameters)

    def name(self, group: str, code: str) -> str:
        """Return the word for a code, or the code itself where it is somebody's own word."""
        pair = catalogue().get(f"report.{group}.{code}")
        return clean(code) if pair is None else pair[1 if self.language == "zh" else 0]

    def truth(self, value: bool | None) -> str:  # noqa: FBT001 - the value itself
        """Return yes, no, or nothing."""
        return "" if value is None else self.say("yes" if value else "no")

    def time(self, at: int) -> str:
        """Print UTC seconds as local time."""
        return self.local(at).strftime("%Y-%m-%d %H:%M:%S")

    def local(self, at: int) -> datetime:
        """Return the local time without its zone, as a spreadsheet wants it."""
        return datetime.fromtimestamp(at, UTC).astimezone(_zone(self.zone)).replace(tzinfo=None)

    def period(self, name: str) -> str:
        """Name a period: `2026Q4` is the fourth quarter of 2026."""
        if self.language == "en":
            return clean(name)
        if found := re.fullmatch(r"(\d{4})Q([1-4])", name):
            return f"{found[1]}年第{'一二三四'[int(found[2]) - 1]}季度"
        if found := re.fullmatch(r"(\d{4})-(\d\d)", name):
            return f"{found[1]}年{int(found[2])}月"
        return f"{name}年" if re.fullmatch(r"\d{4}", name) else clean(name)

    def title(self, report: Report) -> str:
        """Return the heading of a report."""
        return self.say("title", carrier=clean(report.title), period=self.period(report.period))

    def fact(self, fact: Fact) -> str:
        """Say one piece of physical evidence: when, what, and who said so."""
        parameters = {**fact.parameters}
        if "causes" in parameters:  # of evidence that contradicts itself
            causes = parameters["causes"].split(", ")
            parameters["causes"] = ", ".join(self.name("cause", one) for one in causes)
        said = say(f"sla.fact.{fact.code}", self.language, **parameters)
        source = f" [{unquote(fact.source)}]" if fact.source else ""  # a port has its own slashes
        return clean(f"{self.time(fact.at)} {said}{source}")

    def documents(self, documents: tuple[Document, ...]) -> str:
        """Name documents with their hashes, one a line."""
        return "\n".join(
            self.say("document", name=clean(one.name), sha256=one.sha256) for one in documents
        )

    def shown(self, kind: Kind, value: Value) -> str:
        """Print a value as its column wants it; nothing for what is not there."""
        if value is None:
            return ""
        if isinstance(value, str):
            return clean(value)
        return _PRINTED[kind](self, value)

    def read(self, kind: Kind, value: Value) -> str:
        """Print a value as a person reads it: seconds and counts in groups of three digits."""
        if isinstance(value, int) and kind in {"seconds", "whole"}:
            return f"{value:,}"
        return self.shown(kind, value)

    def figure(self, ratio: Ratio | None, status: str) -> str:
        """Print a percentage, or in words why there is none."""
        return f"{ratio.percent} %" if ratio is not None else self.name("short", status)


_Printer = Callable[[Words, int | Ratio | Number], str]


def _exact(value: int | Ratio | Number) -> Fraction:
    return Fraction(value) if isinstance(value, int) else value.value


_PRINTED: Final[Mapping[Kind, _Printer]] = {
    "text": lambda _, value: str(value),
    "whole": lambda _, value: f"{_exact(value)}",
    "seconds": lambda _, value: f"{_exact(value)}",
    "mean": lambda _, value: decimal(_exact(value), 1),
    "time": lambda words, value: words.time(int(_exact(value))),
    "yuan": lambda _, value: yuan(int(_exact(value))),
    "percent": lambda _, value: (
        f"{value.percent if isinstance(value, Ratio) else percent(_exact(value))} %"
    ),
    "share": lambda _, value: decimal(_exact(value), 4),
    "points": lambda _, value: decimal(_exact(value), 2),
    "weight": lambda _, value: decimal(_exact(value), 2),
    "ms": lambda _, value: decimal(_exact(value) / 1000, 3),
    "mbit": lambda _, value: decimal(_exact(value) / 1_000_000, 3).rstrip("0").rstrip("."),
}
