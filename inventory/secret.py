"""Secrets: how they come in (the environment or a file) and that they never go out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, GetCoreSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_LARGEST = 65_536


class Secret(str):
    """A string that never shows itself: `repr` and `format` print `<secret>`.

    `reveal()` is the only way out, so that a reader of the code sees each place. As a field of a
    pydantic model it is read from `${NAME}` (a variable of the environment) or `{file: path}`
    (relative to the file that names it; one trailing newline is not part of it). The environment
    and the folder come with the validation context: `{"environ": ..., "folder": ...}`. Written in
    the open it is refused.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return "<secret>"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return "<secret>"

    def reveal(self) -> str:
        """Return the secret itself."""
        return str.__str__(self)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Read a field of this type with `_read`."""
        return core_schema.with_info_plain_validator_function(
            _read, serialization=core_schema.to_string_ser_schema()
        )


def _read(value: Any, info: ValidationInfo) -> Secret:
    if isinstance(value, Secret):
        return value
    context = info.context or {}
    if isinstance(value, str) and (match := _VARIABLE.fullmatch(value)):
        return _from_environment(match[1], context.get("environ", {}))
    if isinstance(value, dict) and value.keys() == {"file"} and isinstance(value["file"], str):
        return _from_file(value["file"], context.get("folder", Path()))
    raise PydanticCustomError("secret_in_the_open", "a secret comes from a variable or a file")


def _read_where_written(value: Any, info: ValidationInfo) -> Any:
    """Read what is written as a secret is, and leave alone what is not."""
    is_variable = isinstance(value, str) and _VARIABLE.fullmatch(value)
    is_file = isinstance(value, dict) and value.keys() == {"file"}
    return _read(value, info) if is_variable or is_file else value


Option = Annotated[Any, BeforeValidator(_read_where_written)]
"""What a plug-in will read: only here are the environment and the folder known, so a secret in it
is read here."""


def _from_environment(name: str, environ: Mapping[str, str]) -> Secret:
    if not (text := environ.get(name, "")):
        raise PydanticCustomError(
            "secret_not_set", "the variable {name} is not set", {"name": name}
        )
    return Secret(text)


def _from_file(name: str, folder: Path) -> Secret:
    try:
        with (folder / name).open("rb") as file:
            text = file.read(_LARGEST).decode().removesuffix("\n").removesuffix("\r")
    except (OSError, ValueError):  # ValueError: not UTF-8, or NUL in the name
        text = ""
    if not text:
        raise PydanticCustomError("secret_file_unread", "cannot read {name}", {"name": name})
    return Secret(text)
