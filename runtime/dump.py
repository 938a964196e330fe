"""The resolved inventory as YAML: every default filled in, every secret left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from fractions import Fraction

import yaml

from inventory.model import Endpoint, Inventory, Profile, Secret


def dump(inventory: Inventory) -> str:
    """Return the inventory in the units used inside: seconds, ratios, bit/s, fen, UTC seconds."""
    return yaml.dump(
        _plain(inventory),
        Dumper=yaml.CSafeDumper,
        allow_unicode=True,
        sort_keys=False,
        default_flow_style=None,
        width=100,
    )


def _plain(value: object) -> object:
    if isinstance(value, Secret):
        return str(value) if value else None
    if isinstance(value, Endpoint):
        return str(value)
    if isinstance(value, Profile):
        return value.name
    if isinstance(value, Fraction):
        return float(Decimal(value.numerator) / Decimal(value.denominator))
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {key: _plain(child) for key, child in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(child) for child in value]
    return value
