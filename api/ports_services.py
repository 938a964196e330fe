"""What the api may ask of services, and which devices are servers (see `api.ports`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import msgspec


class CheckNow(msgspec.Struct, frozen=True):
    """The last run of one check of a service.

    `every`, `duration`, `left` (of a certificate): seconds. `at`: its scheduled instant, None =
    never yet. `success`: whether it found what it expects; None = the run says nothing. `outcome`
    in lower case. `last_success`: when it did so last, also before a restart. `values`: what else
    it measured, by the metric's name, in its unit.
    """

    id: str
    kind: str
    vital: bool
    every: float
    at: int | None
    outcome: str
    reason: str
    success: bool | None
    duration: float | None
    last_success: int | None
    left: float | None
    values: Mapping[str, float]


class ServiceNow(msgspec.Struct, frozen=True):
    """What the checks of a service found last.

    `last_success`: when it worked as a whole last, as far as its vital checks tell. `duration`: of
    its first vital check. `left`: of the certificate that ends first.
    """

    service: str
    checks: tuple[CheckNow, ...]
    last_success: int | None
    duration: float | None
    left: float | None


class Services(Protocol):
    """The checks of services, and the servers."""

    def service(self, service: str) -> ServiceNow | None:
        """Return what the checks of a service found last; None = no such service."""

    def hosts(self) -> tuple[str, ...]:
        """Name the servers that are asked, in the order of the inventory."""
