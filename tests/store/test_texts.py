"""Every refusal of the store has a sentence in both languages that names the file."""

from __future__ import annotations

from typing import get_args

import pytest

from store.errors import Code
from texts.say import Language, say
from texts.store import TEXTS


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("code", get_args(Code))
def test_a_refusal_names_the_file_in_the_readers_language(code: str, language: Language) -> None:
    sentence = say(f"store.{code}", language, path="/var/ledger.sqlite", detail="why")

    assert sentence.startswith("/var/ledger.sqlite")
    assert "{" not in sentence
    assert sentence != "/var/ledger.sqlite"


def test_there_is_no_sentence_for_what_cannot_happen() -> None:
    assert set(TEXTS) == {f"store.{code}" for code in get_args(Code)}
