"""From figures to points: level scores, items, deductions, grade (methodology 1.8, 1.11).

Exact; nothing is rounded before it is printed. Seconds are added, percentages never averaged.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Final

from sla.ruleset import Grade, ScoreRule

_ONE: Final = Fraction(1)
_NONE: Final = Fraction(0)


def scored(rule: ScoreRule | None, value: Fraction) -> Fraction:
    """Return the score of a figure, between 0 and 1; without a rule it is its own score.

    A level's availability is scored by its floor (zero) and its target (one).
    """
    if rule is not None:
        value = (value - rule.zero) / (rule.one - rule.zero)
    return min(_ONE, max(_NONE, value))


def pooled(circuits: Iterable[tuple[Fraction, int, int]]) -> Fraction | None:
    """Return the availability of several circuits: of each its weight, T_e and T_D in seconds.

    None where nothing can be scored.
    """
    evaluated, down = _NONE, _NONE
    for weight, of_circuit, lost in circuits:
        evaluated += weight * of_circuit
        down += weight * lost
    return (evaluated - down) / evaluated if evaluated else None


def weighted(parts: Iterable[tuple[Fraction | int, Fraction | None]]) -> Fraction | None:
    """Return the mean by weight of what is there; the weights of the rest are spread over it."""
    present = [(weight, value) for weight, value in parts if value is not None]
    total = sum((Fraction(weight) for weight, _ in present), _NONE)
    return sum((weight * value for weight, value in present), _NONE) / total if total else None


def composite(items: Sequence[tuple[int, Fraction | None]], least: int) -> Fraction | None:
    """Return points of 100 from weights and scores; None = not applicable.

    None too where less weight than `least` is present: too little would decide.
    """
    present = sum(weight for weight, score in items if score is not None)
    mean = weighted(items)
    return None if mean is None or present < least else 100 * mean


def deducted(points: Fraction | None, hundredths: Iterable[int], cap: int) -> Fraction | None:
    """Return what is left after deductions, which take `cap` points at most; never below 0."""
    taken = min(Fraction(sum(hundredths), 100), Fraction(cap))
    return None if points is None else max(_NONE, points - taken)


def grade_of(points: Fraction | None, grades: Sequence[Grade]) -> Grade | None:
    """Return the first grade (highest floor first) whose floor is reached, unrounded."""
    if points is None:
        return None
    return next((grade for grade in grades if points >= grade.floor), None)
