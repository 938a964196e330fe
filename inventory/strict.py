"""The one pydantic base of everything read from a file or a request."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler
from pydantic_core import CoreSchema

_SCALARS = frozenset({"bool", "float", "int", "str"})


def _tighten(node: Any) -> None:
    if isinstance(node, dict):
        kind = node.get("type")  # of a schema; among fields, one that is named so
        if isinstance(kind, str) and kind in _SCALARS:
            node.setdefault("strict", True)
        for key, child in node.items():
            if key not in {"metadata", "serialization"}:
                _tighten(child)
    elif isinstance(node, list | tuple):
        for child in node:
            _tighten(child)


class Strict(BaseModel):
    """An object that refuses unknown keys, guesses of scalar type, and later changes.

    `"5"` is no number, `5` is no text, `1` is no truth value, `true` is no number. What YAML and
    JSON can only write in one way is taken: a list for a tuple, text for a path or an enumeration,
    `5` for a float. Validation messages carry no input, because it may be a secret in the wrong
    place. A field of type `inventory.model.Secret` takes `${NAME}` or `{file: path}` only.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, allow_inf_nan=False
    )

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[BaseModel], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Make scalars strict; pydantic's own `strict` would refuse a list for a tuple too."""
        schema = handler(source)
        _tighten(handler.resolve_ref_schema(schema))
        return schema
