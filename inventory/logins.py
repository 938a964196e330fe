"""How devices let the monitor in by SSH: logins and the ways to a device."""

from __future__ import annotations

from collections.abc import Mapping

from inventory.model import Login, Secret
from inventory.problem import Problems
from inventory.resolve import Forms
from inventory.schema import DeviceForm, LoginForm


def login(name: str, form: LoginForm) -> Login:
    """Make a login of its form."""
    empty = Secret("")
    return Login(
        name,
        form.user,
        password=form.password or empty,
        key=form.key or empty,
        passphrase=form.passphrase or empty,
        agent=form.agent,
        group=form.group or name,
        most=form.most,
    )


def check_ways(forms: Forms, problems: Problems) -> None:
    """Check that logins and jump hosts exist, and that no way leads back to where it began."""
    devices = forms.by_section["devices"]
    for name, form in devices.items():
        at = ("devices", name)
        forms.look_up("logins", form.login, (*at, "login"), problems)
        before = forms.look_up("devices", form.jump, (*at, "jump"), problems)
        if form.jump is not None and form.login is None:
            problems.add((*at, "jump"), "missing_key", key="login")
        if before is not None and (before.login is None or before.address is None):
            problems.add((*at, "jump"), "jump_not_entered", device=form.jump)
        way = _way(name, devices)
        if len(way) > 1 and way[-1] == name:
            problems.add((*at, "jump"), "circular_jumps", circle=" -> ".join(way))


def _way(name: str, devices: Mapping[str, DeviceForm]) -> list[str]:
    """Return the devices from `name` to the first that needs no jump, or that was passed before."""
    way = [name]
    while (form := devices.get(way[-1])) is not None and form.jump is not None:
        way.append(form.jump)
        if form.jump in way[:-1]:
            break
    return way
