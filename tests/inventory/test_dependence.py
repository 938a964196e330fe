"""What is lost with a link, a site, a device or a service: compared with a plain fixed point."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.dependence import Dependence
from inventory.model import Inventory, Service, TargetId
from tests.sla.network import make_inventory, router

LEGS = {"c": ["p"], "d": ["p"], "k": ["c", "d"], "t": ["c"], "v": ["t"], "w": ["k"]}
BASE = make_inventory(LEGS)
TARGETS = [
    *(TargetId(f"site:{site}") for site in LEGS),
    *(TargetId(f"link:{link}") for link in BASE.links),
    *(TargetId(f"device:{router(site)}") for site in LEGS),
]
NAMES = [f"s{number}" for number in range(6)]


@st.composite
def networks(draw: st.DrawFn) -> Inventory:
    """Services at random places that need random things, and services before them."""
    services = {}
    for number, name in enumerate(NAMES):
        known = [*TARGETS, *(TargetId(f"service:{before}") for before in NAMES[:number])]
        group = st.lists(st.sampled_from(known), min_size=1, max_size=3).map(tuple)
        needs = tuple(draw(st.lists(group, max_size=2)))
        site = draw(st.none() | st.sampled_from(sorted(LEGS)))
        services[name] = Service(name, name, "other", site, needs=needs)
    return replace(BASE, services=services)


def plainly(
    inventory: Inventory, target: TargetId, gone: set[TargetId]
) -> tuple[set[str], set[str]]:
    """Sites and services that are lost: try again until nothing more is."""
    lost = {target} | gone
    sites: set[str] = set()
    before = -1
    while len(lost) != before:
        before = len(lost)
        for site, uplinks in inventory.topology.uplinks.items():
            if target == f"site:{site}" or (
                uplinks and all(f"link:{link}" in lost for link in uplinks)
            ):
                sites.add(site)
                lost.add(TargetId(f"site:{site}"))
                lost |= {TargetId(f"device:{box}") for box in inventory.topology.devices[site]}
                lost |= {TargetId(f"link:{link}") for link in uplinks}
                below = inventory.topology.downlinks[site]
                lost |= {TargetId(f"link:{link}") for link in below}
        for service in inventory.services.values():
            there = service.site in sites
            if there or any(all(need in lost for need in group) for group in service.needs):
                lost.add(TargetId(f"service:{service.id}"))
    services = {one.partition(":")[2] for one in lost if one.startswith("service:")}
    return sites, services - {one.partition(":")[2] for one in gone if one.startswith("service:")}


@settings(max_examples=200, deadline=None)
@given(networks(), st.sampled_from([*TARGETS, TargetId("service:s0")]))
def test_what_is_lost_with_one_thing(inventory: Inventory, target: TargetId) -> None:
    dependence = Dependence(inventory)
    cut = dependence.cut_sites(target, lambda _: False)
    lost = dependence.services_behind(target, cut, lambda _: False)
    sites, services = plainly(inventory, target, set())
    assert set(cut) == sites
    assert set(lost) - {"s0"} == services - {"s0"}
    assert lost == sorted(lost)


def test_with_one_leg_gone_the_other_takes_along_what_hangs_on_both() -> None:
    service = Service(
        "s", "s", "other", needs=((TargetId("link:c-k"), TargetId("link:d-k")),)
    )  # fmt: skip
    dependence = Dependence(replace(BASE, services={"s": service}))
    target = TargetId("link:c-k")
    assert dependence.services_behind(target, dependence.cut_sites(target, lambda _: False),
                                      lambda _: False) == []  # fmt: skip

    def is_gone(one: TargetId) -> bool:
        return one == "link:d-k"

    cut = dependence.cut_sites(target, is_gone)
    assert cut == ["k", "w"]
    assert dependence.services_behind(target, cut, is_gone) == ["s"]


def test_behind_a_site_without_uplinks_lies_everything_and_it_is_named_alone() -> None:
    assert Dependence(BASE).cut_sites(TargetId("site:p"), lambda _: False) == ["p"]
