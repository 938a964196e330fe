"""What the formulas of our workbooks come to: the few functions that they use, and no others."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

Sheet = Any
Number = float

_RANGE: Final = re.compile(r"(?:'([^']+)'!)?([A-Z]+\d+):([A-Z]+\d+)")
_CELL: Final = re.compile(r"(?<![\w:\"])([A-Z]{1,3}\d+)(?![\w:(])")


def value(book: Any, sheet: Sheet, cell: Any) -> Any:
    """Return what a cell comes to, formulas computed and nothing taken from what was stored."""
    if cell.data_type != "f":
        return cell.value
    text = str(cell.value).removeprefix("=")
    ranges: list[list[Any]] = []

    def kept(found: re.Match[str]) -> str:
        where = book[found[1]] if found[1] else sheet
        cells = [one for row in where[f"{found[2]}:{found[3]}"] for one in row]
        ranges.append([value(book, where, one) for one in cells])
        return f"R({len(ranges) - 1})"

    text = _RANGE.sub(kept, text)
    text = _CELL.sub(lambda found: f'C("{found[1]}")', text)
    names: Mapping[str, Callable[..., Any]] = {
        "R": lambda at: ranges[at],
        "C": lambda name: value(book, sheet, sheet[name]) or 0,
        "SUM": lambda *of: sum(_numbers(of)),
        "MIN": lambda *of: min(_numbers(of)),
        "MAX": lambda *of: max(_numbers(of)),
        "ROUND": round,
        "SUMIF": _sumif,
        "SUMPRODUCT": lambda a, b: sum(
            x * y for x, y in zip(a, b, strict=True) if _is(x) and _is(y)
        ),
    }
    return _evaluated(ast.parse(text, mode="eval").body, names)


def _is(one: object) -> bool:
    return isinstance(one, int | float)


def _numbers(of: tuple[Any, ...]) -> Iterator[Number]:
    for one in of:
        if isinstance(one, list):
            yield from (each for each in one if _is(each))
        else:
            yield one


def _sumif(tested: list[Any], condition: str, added: list[Any]) -> Any:
    assert condition == ">=0"
    return sum(b for a, b in zip(tested, added, strict=True) if _is(a) and a >= 0)


def _evaluated(node: ast.expr, names: Mapping[str, Callable[..., Any]]) -> Any:
    match node:
        case ast.Constant(constant):
            return constant
        case ast.Call(ast.Name(name), arguments):
            return names[name](*(_evaluated(one, names) for one in arguments))
        case ast.BinOp(left, operator, right):
            a, b = _evaluated(left, names), _evaluated(right, names)
            match operator:
                case ast.Add():
                    return a + b
                case ast.Sub():
                    return a - b
                case ast.Mult():
                    return a * b
                case ast.Div():
                    return a / b
    raise AssertionError(ast.dump(node))
