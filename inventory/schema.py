"""The YAML form of each section: what may be written, before references are looked up."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from inventory.edge import (
    ALWAYS,
    Address,
    Bandwidth,
    Duration,
    Every,
    Id,
    InService,
    Instant,
    Percent,
    Text,
    Yuan,
    whole_number_as_text,
)
from inventory.model import SSH_PORT, Level, Party, Secret, ServiceKind
from inventory.register import AccessDeviceForm
from inventory.secret import Option
from inventory.strict import Strict

_SHORTEST_KEY = 8
"""RFC 3414 11.2: a pass phrase has at least 8 octets."""


class UnitForm(Strict):
    """A responsible unit."""

    title: Text
    phone: Text = ""
    mail: Text = ""


class CarrierForm(Strict):
    """Who supplies links."""

    title: Text


class ContractForm(Strict):
    """Promised numbers and how they are measured."""

    carrier: Id
    title: Text
    availability: Percent
    profile: Literal["backbone", "standard", "cloud5"] = "standard"
    bandwidth: Bandwidth | None = None
    monthly_fee: Yuan | None = None
    loss: Percent | None = None
    rtt: Duration | None = None
    jitter: Duration | None = None
    downtime_mode: Literal["actual", "span"] = "actual"
    maintenance_mode: Literal["exclude_all", "exclude_down_only"] = "exclude_all"
    denominator: Literal["actual", "fixed_43200"] = "actual"
    coverage_floor: Percent = Fraction(95, 100)
    notice: Duration = 72 * 3600.0


class CredentialForm(Strict):
    """How to be let in: SNMP v1 or v2c with a community, or v3 with a user."""

    version: Annotated[Literal["1", "2c", "3"], BeforeValidator(whole_number_as_text)]
    community: Secret | None = None
    user: Text | None = None
    auth: Literal["SHA1", "SHA224", "SHA256", "SHA384", "SHA512"] | None = None
    auth_key: Secret | None = None
    priv: Literal["AES128", "AES192", "AES256", "AES192C", "AES256C"] | None = None
    priv_key: Secret | None = None

    @field_validator("auth_key", "priv_key")
    @classmethod
    def _long_enough(cls, key: Secret | None) -> Secret | None:
        if key is not None and len(key) < _SHORTEST_KEY:
            raise PydanticCustomError("secret_too_short", "too short", {"least": _SHORTEST_KEY})
        return key

    @model_validator(mode="after")
    def _whole(self) -> CredentialForm:
        given = {name for name in _CREDENTIAL_KEYS if getattr(self, name) is not None}
        wanted = {"community"} if self.version != "3" else {"user"} | given & _V3_PAIRS
        for one, other in (("auth", "auth_key"), ("priv", "priv_key"), ("priv", "auth")):
            if self.version == "3" and one in wanted | {other} & given:
                wanted |= {one, other}
        if missing := sorted(wanted - given):
            raise PydanticCustomError("missing_key", "missing", {"key": missing[0]})
        if surplus := sorted(given - wanted):
            context = {"key": surplus[0], "version": self.version}
            raise PydanticCustomError("not_of_version", "not of this version", context)
        return self


_CREDENTIAL_KEYS: Final = ("community", "user", "auth", "auth_key", "priv", "priv_key")
_V3_PAIRS: Final = frozenset({"auth", "auth_key", "priv", "priv_key"})


class LoginForm(Strict):
    """A user with a password, a private key, or the keys of an agent."""

    user: Text
    password: Secret | None = None
    key: Secret | None = None
    passphrase: Secret | None = None
    agent: bool = False
    group: Id | None = None
    most: Annotated[int, Field(ge=1, le=64)] = 8

    @model_validator(mode="after")
    def _some_way_in(self) -> LoginForm:
        if self.password is None and self.key is None and not self.agent:
            raise PydanticCustomError("missing_key", "missing", {"key": "password"})
        if self.passphrase is not None and self.key is None:
            raise PydanticCustomError("missing_key", "missing", {"key": "key"})
        return self


class ProbeForm(Strict):
    """A standing question; what is not named here is an option of its kind."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Option]

    kind: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
    every: Every | None = None
    deadline: Duration | None = None
    off: bool = False

    def options(self) -> Mapping[str, Any]:
        """Return the options of the kind."""
        return self.model_extra or {}


class ProbeDefaultsForm(Strict):
    """What holds for every probe of a kind."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Option]

    every: Every | None = None
    deadline: Duration | None = None
    off: bool = False

    def options(self) -> Mapping[str, Any]:
        """Return the options of the kind."""
        return self.model_extra or {}


class DefaultsForm(Strict):
    """What holds where an object says nothing else."""

    probes: Mapping[str, ProbeDefaultsForm] = Field(default_factory=dict)


class SiteForm(Strict):
    """A place."""

    title: Text
    level: Level
    parent: Id | None = None
    unit: Id | None = None
    in_service: InService = ALWAYS


class DeviceForm(Strict):
    """A box."""

    title: Text = ""
    site: Id
    platform: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.-]*$", max_length=64)] = "generic"
    address: Address | None = None
    credential: Id | None = None
    login: Id | None = None
    ssh_port: Annotated[int, Field(ge=1, le=65_535)] = SSH_PORT
    legacy_ssh: bool = False
    jump: Id | None = None
    zone: Text = ""
    interfaces: tuple[Text, ...] = ()
    probes: tuple[ProbeForm, ...] = ()


class LinkEndForm(Strict):
    """One end of a link; `site` may be left out, and must be the device's where it is not."""

    device: Id
    site: Id | None = None
    interface: Text | None = None
    address: Address | None = None


class LinkForm(Strict):
    """A leased circuit."""

    title: Text = ""
    a: LinkEndForm
    b: LinkEndForm
    contract: Id
    bandwidth: Bandwidth | None = None
    monthly_fee: Yuan | None = None
    unit: Id | None = None
    circuit: Text = ""
    in_service: InService = ALWAYS
    probes: tuple[ProbeForm, ...] = ()


class LinkGroupForm(Strict):
    """Links of one site that back each other up."""

    site: Id
    links: Annotated[tuple[Id, ...], Field(min_length=2)]


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


Need = Annotated[
    tuple[Annotated[str, Field(pattern=r"^(site|device|link|service):[a-z0-9][a-z0-9.-]*$")], ...],
    BeforeValidator(_as_list),
    Field(min_length=1),
]


class ServiceGroupForm(Strict):
    """Services that belong together."""

    title: Text


class ServiceForm(Strict):
    """A service; of what stands in brackets under `needs` any one is enough."""

    title: Text
    kind: ServiceKind
    site: Id | None = None
    unit: Id | None = None
    group: Id | None = None
    needs: tuple[Need, ...] = ()
    availability: Percent | None = None
    profile: Literal["backbone", "standard", "cloud5"] = "standard"
    in_service: InService = ALWAYS
    probes: tuple[ProbeForm, ...] = ()


class PlannedWorkForm(Strict):
    """An announced interval of work."""

    title: Text
    party: Party
    links: Annotated[tuple[Id, ...], Field(min_length=1)] = ()
    services: Annotated[tuple[Id, ...], Field(min_length=1)] = ()
    start: Instant
    end: Instant
    registered: Instant | None = None

    @model_validator(mode="after")
    def _of_something(self) -> PlannedWorkForm:
        if not self.links and not self.services:
            raise PydanticCustomError("missing_key", "missing", {"key": "links"})
        return self


SECTIONS: Final[Mapping[str, type[Strict]]] = {
    "units": UnitForm,
    "carriers": CarrierForm,
    "contracts": ContractForm,
    "credentials": CredentialForm,
    "logins": LoginForm,
    "sites": SiteForm,
    "devices": DeviceForm,
    "links": LinkForm,
    "link_groups": LinkGroupForm,
    "service_groups": ServiceGroupForm,
    "services": ServiceForm,
    "planned_work": PlannedWorkForm,
    "access_devices": AccessDeviceForm,
}
"""Sections of named objects, in the order in which they are checked."""

SINGLE: Final = ("schema", "revision", "include", "defaults")
"""Keys that stand beside the sections."""
