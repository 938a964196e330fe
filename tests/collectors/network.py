"""A small inventory for the collectors' tests: one router, one link, one carrier."""

from __future__ import annotations

from fractions import Fraction
from types import MappingProxyType as Frozen

from inventory.model import (
    PROFILES,
    Carrier,
    Contract,
    Credential,
    Device,
    Endpoint,
    Inventory,
    Link,
    LinkEnd,
    Secret,
    Site,
    Topology,
)


def network(
    *,
    snmp: Endpoint | None = None,
    far: Endpoint | None = None,
    interfaces: tuple[str, ...] = ("ge1", "ge2"),
    bandwidth: int | None = 100_000_000,
) -> Inventory:
    credential = Credential("ro", "2c", Secret("public"))
    device = Device("xg-r1", "Router", "xg", "h3c_comware", snmp, "ro", interfaces)
    link = Link(
        id="xg-xs", title="Line", a=LinkEnd("xg", "xg-r1", "ge1"),
        b=LinkEnd("xs", "xs-r1", None, far), contract="c1", carrier="telecom",
        profile=PROFILES["standard"], bandwidth_bps=bandwidth,
    )  # fmt: skip
    return Inventory(
        revision="1", digest="", units=Frozen({}),
        carriers=Frozen({"telecom": Carrier("telecom", "Telecom")}),
        contracts=Frozen({
            "c1": Contract("c1", "telecom", "C", Fraction(999, 1000), PROFILES["standard"])
        }),
        credentials=Frozen({"ro": credential}),
        sites=Frozen({
            "hb": Site("hb", "Province", "province", None),
            "xg": Site("xg", "City", "city", "hb"),
            "xs": Site("xs", "County", "county", "xg"),
        }),
        devices=Frozen({"xg-r1": device, "xs-r1": Device("xs-r1", "Far", "xs", "h3c_comware")}),
        links=Frozen({"xg-xs": link}), link_groups=Frozen({}), planned_work=Frozen({}),
        topology=Topology(
            children=Frozen({"hb": ("xg",), "xg": ("xs",)}),
            uplinks=Frozen({"xs": ("xg-xs",)}),
            downlinks=Frozen({"xg": ("xg-xs",)}),
            devices=Frozen({"xg": ("xg-r1",), "xs": ("xs-r1",)}),
            areas=Frozen({"hb": "hb", "xg": "xg", "xs": "xg"}),
        ),
    )  # fmt: skip
