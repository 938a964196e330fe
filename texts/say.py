"""Look up a sentence by its code. A missing code or parameter is shown, never raised."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Literal

import texts

Language = Literal["en", "zh"]


@cache
def catalogue() -> dict[str, tuple[str, str]]:
    """All sentences of all files of this folder, by code: (English, Chinese)."""
    found: dict[str, tuple[str, str]] = {}
    for module in iter_modules(texts.__path__):
        if module.name != "say":
            found |= import_module(f"texts.{module.name}").TEXTS
    return found


def say(code: str, language: Language = "en", /, **parameters: object) -> str:
    """Return the sentence for `code` in `language` with its `{placeholders}` filled in.

    Placeholders are plain names: `{x.y}` and `{x[0]}` are not followed.
    """
    pair = catalogue().get(code)
    if pair is None:
        return " ".join([code, *(f"{key}={value}" for key, value in sorted(parameters.items()))])
    sentence = pair[1 if language == "zh" else 0]
    for key, value in parameters.items():
        sentence = sentence.replace("{" + key + "}", str(value))
    return sentence
