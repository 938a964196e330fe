"""From what pydantic refuses to problems with a path: for every file that people write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from pydantic_core.core_schema import ErrorType

from inventory.problem import Path_, Problems

M = TypeVar("M", bound=BaseModel)

_CODES: Final[Mapping[str, str]] = {
    "extra_forbidden": "unknown_key",
    "missing": "missing_key",
    "literal_error": "one_of",
    "enum": "one_of",
    "string_type": "needs_text",
    "path_type": "needs_text",
    "string_pattern_mismatch": "bad_form",
    "int_type": "needs_whole_number",
    "int_from_float": "needs_whole_number",
    "float_type": "needs_number",
    "finite_number": "needs_number",
    "bool_type": "needs_true_or_false",
    "dict_type": "needs_mapping",
    "mapping_type": "needs_mapping",
    "model_type": "needs_mapping",
    "model_attributes_type": "needs_mapping",
    "list_type": "needs_list",
    "tuple_type": "needs_list",
    "too_short": "too_few",
    "greater_than": "too_small",
    "greater_than_equal": "too_small",
    "less_than": "too_large",
    "less_than_equal": "too_large",
}
_NATIVE: Final = frozenset(get_args(ErrorType))
_PARAMETERS: Final = {
    "gt": "limit", "ge": "limit", "lt": "limit", "le": "limit", "min_length": "least",
}  # fmt: skip


def validate(
    model: type[M],
    value: object,
    at: Path_,
    problems: Problems,
    context: Mapping[str, object] | None = None,
) -> M | None:
    """Return the value as `model`; where it is not one, note every reason and return None.

    `context` is what `inventory.secret` needs: `environ` and `folder`.
    """
    try:
        return model.model_validate(value, context=dict(context or {}))
    except ValidationError as refused:
        for error in refused.errors(include_url=False):
            _note(error, model, value, at, problems)
        return None


def _note(
    error: ErrorDetails, model: type[BaseModel], value: object, at: Path_, problems: Problems
) -> None:
    kind = error["type"]
    where = _real(error["loc"], value, absent=kind == "missing")
    given = error.get("ctx", {})
    parameters: dict[str, Any] = {
        _PARAMETERS.get(key, key): shown
        for key, shown in given.items()
        if isinstance(shown, str | int | float)
    }
    code, suggestion = _CODES.get(kind, kind), ""
    if code == "unknown_key" and where:
        suggestion = problems.suggest(where[-1], fields_at(model, where[:-1]))
    elif code == "missing_key" and where:
        parameters.setdefault("key", where[-1])
        where = where[:-1] if kind == "missing" else where
    elif code == "one_of":
        allowed = [
            word.strip("'") for word in str(given["expected"]).replace(" or ", ", ").split(", ")
        ]
        parameters = {"expected": ", ".join(allowed)}
        suggestion = problems.suggest(error["input"], allowed)
    elif kind in _NATIVE and kind not in _CODES:
        code, parameters = "invalid", {"detail": error["msg"].removeprefix("Value error, ")}
    problems.add(at + where, code, suggestion=suggestion, **parameters)


def _real(location: Path_, value: object, *, absent: bool) -> Path_:
    """Leave out the steps that pydantic adds; the last one may be `absent` from the data."""
    path: list[str | int] = []
    for place, step in enumerate(location):
        if isinstance(value, dict) and isinstance(step, str):
            if step in value:
                value = value[step]
            elif not absent or place < len(location) - 1:
                continue
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            continue
        path.append(step)
    return tuple(path)


def fields_at(model: type[BaseModel], path: Path_) -> list[str]:
    """Return the keys that may be written at `path` below `model`."""
    here: type[BaseModel] | None = model
    for step in path:
        if here is None or not isinstance(step, str):
            continue
        field = here.model_fields.get(step)
        here = next(_models(field.annotation), None) if field else here
    return [field.alias or name for name, field in here.model_fields.items()] if here else []


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)
