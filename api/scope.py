"""Whose business is what: one function decides for each single object.

A person with `sites` sees these sites and everything below them in the register, with the links
that have an end there and the services that stand there; a group of services who sees all of it.
A person with `carriers` sees the links of these carriers and nothing else. Both together: the links
that satisfy both, and the sites. Neither: everything.
"""

from __future__ import annotations

from urllib.parse import unquote

from api.ports import Person
from inventory.model import Inventory, Link, Service


def sees(person: Person, inventory: Inventory, target: str) -> bool:
    """Say whether `target` is in scope.

    `site:`, `device:`, `interface:`, `link:`, `carrier:`, `service:`, `group:` (of services). What
    the inventory does not hold is in nobody's limited scope. Cost: the depth of the tree.
    """
    if not person.sites and not person.carriers:
        return True
    kind, _, name = target.partition(":")
    if kind == "link":
        link = inventory.links.get(name)
        return link is not None and _sees_link(person, inventory, link)
    if kind == "carrier":  # a carrier's figure is of the whole province
        return not person.sites and name in person.carriers
    if kind in {"device", "interface"}:
        device = inventory.devices.get(unquote(name.partition("/")[0]))
        return device is not None and _below(person, inventory, device.site)
    if kind == "service":
        service = inventory.services.get(name)
        return service is not None and _sees_service(person, inventory, service)
    if kind == "group":
        members = [one for one in inventory.services.values() if one.group == name]
        return bool(members) and all(_sees_service(person, inventory, one) for one in members)
    return kind == "site" and _below(person, inventory, name)


def _sees_service(person: Person, inventory: Inventory, service: Service) -> bool:
    return service.site is not None and _below(person, inventory, service.site)


def _sees_link(person: Person, inventory: Inventory, link: Link) -> bool:
    if person.carriers and link.carrier not in person.carriers:
        return False
    return not person.sites or any(_below(person, inventory, end.site) for end in (link.b, link.a))


def _below(person: Person, inventory: Inventory, name: str) -> bool:
    here: str | None = name
    while here is not None:
        site = inventory.sites.get(here)
        if site is None:
            return False
        if here in person.sites:
            return True
        here = site.parent
    return False


def assesses(person: Person, carrier: str) -> bool:
    """Say whether a person may see what a carrier is assessed by, also one that is gone by now.

    Who has the role of carriers sees those named with it; where none is named, nothing.
    """
    if person.sites or ("carrier" in person.roles and carrier not in person.carriers):
        return False
    return not person.carriers or carrier in person.carriers


def outage_target(outage: str) -> str:
    """Return the target an outage id (`<target>@<start>`) is about; "" for no outage."""
    return outage.rpartition("@")[0]


def alert_target(alert: str) -> str:
    """Return the target an alert id (`<rule>/<target>@<since>`) is about."""
    return alert.partition("/")[2].rpartition("@")[0]
