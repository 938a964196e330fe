"""Whatever an agent answers, a question ends by name, and the next honest answer is heard."""

from __future__ import annotations

import asyncio
import random

import pytest

from bench.fuzz import VERSIONS, mutate, read_corpus, try_answers
from inventory.model import SnmpVersion

CORPUS = read_corpus()


@pytest.fixture(params=["gufo", "pysnmp"])
def engine(request: pytest.FixtureRequest) -> str:
    if request.param == "gufo":
        pytest.importorskip("gufo.snmp")
    return str(request.param)


@pytest.mark.parametrize("version", VERSIONS)
def test_no_answer_of_the_corpus_ends_more_than_its_own_question(
    engine: str, version: SnmpVersion, caplog: pytest.LogCaptureFixture
) -> None:
    trials = asyncio.run(try_answers(engine, version, CORPUS.values(), CORPUS))
    names = {answer: name for name, answer in CORPUS.items()}
    assert {names[trial.answer]: trial.complaint for trial in trials if trial.complaint} == {}
    assert len(trials) == len(CORPUS) > 150
    assert not caplog.records


def test_a_mutation_is_repeated_by_its_seed() -> None:
    seeds = list(CORPUS.values())
    once, again = (
        [mutate(CORPUS["honest"], seeds, dice) for _ in range(50)]
        for dice in (random.Random(7), random.Random(7))
    )
    assert once == again
    assert len(set(once)) > 40
