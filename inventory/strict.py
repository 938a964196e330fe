"""The one pydantic base of everything read from a file or a request."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """An object that refuses unknown keys, guesses of type and later changes.

    `strict` means that `"5"` is no number and `1` is no truth value. A field that YAML can only
    write as text (a path, an address, an enumeration) says so with its own before-validator or
    with `Field(strict=False)`. An input value never appears in a validation message, because it
    may be a secret written in the wrong place.
    """

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        hide_input_in_errors=True,
        validate_default=False,
        allow_inf_nan=False,
    )
