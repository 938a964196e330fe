"""What the operator of the monitor chooses about the api."""

from __future__ import annotations

from dataclasses import dataclass

from texts.say import Language


@dataclass(frozen=True, slots=True)
class ApiSettings:
    """`tls`: the page is reached by https, so cookies are Secure. `title`: the name on the page.

    `language`: for a reader who names none. `streams`: how many may listen to events at once,
    and `streams_each` how many of them may be the same person.
    """

    tls: bool = False
    language: Language = "zh"
    title: str = ""
    streams: int = 200
    streams_each: int = 20
