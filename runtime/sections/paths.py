"""Paths in `monitor.yaml`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import PlainValidator, ValidationInfo
from pydantic_core import PydanticCustomError


def _path(value: object, info: ValidationInfo) -> Path:
    if not isinstance(value, str | Path) or not str(value) or "\0" in str(value):
        raise PydanticCustomError("needs_path", "not a path")
    folder: Path = (info.context or {}).get("folder", Path())
    return folder / value


def _existing(value: object, info: ValidationInfo) -> Path:
    path = _path(value, info)
    if not path.is_file():
        raise PydanticCustomError("no_such_file", "no such file", {"name": path.as_posix()})
    return path


FilePath = Annotated[Path, PlainValidator(_path)]
"""Relative to the folder of the file that names it."""
ExistingFile = Annotated[Path, PlainValidator(_existing)]
