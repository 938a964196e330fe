"""Which platform a box is: by sysObjectID, the longest prefix of all vendors, then by sysDescr."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from collectors import vendors as folder
from collectors.vendors import _standard
from collectors.vendors._form import Vendor


@cache
def vendors() -> Mapping[str, Vendor]:
    """Return every vendor of the folder by platform, and what remains as `generic`."""
    found: dict[str, Vendor] = {_standard.VENDOR.platform: _standard.VENDOR}
    for module in sorted(iter_modules(folder.__path__), key=lambda one: one.name):
        if not module.name.startswith("_"):
            vendor: Vendor = import_module(f"{folder.__name__}.{module.name}").VENDOR
            found[vendor.platform] = vendor
    return found


def vendor_of(platform: str) -> Vendor:
    """Return the vendor that an inventory names; `generic` for one that has no file."""
    return vendors().get(platform, _standard.VENDOR)


def recognise(object_id: str, described: str) -> Vendor:
    """Return the vendor of a box by its sysObjectID (dotted, with or without a leading dot)."""
    name = object_id.strip(".") + "."
    best, longest = None, 0
    for vendor in vendors().values():
        for prefix in vendor.object_ids:
            if name.startswith(f"{prefix}.") and len(prefix) > longest:
                best, longest = vendor, len(prefix)
    if best is not None:
        return best
    for vendor in vendors().values():
        if any(re.search(pattern, described, re.IGNORECASE) for pattern in vendor.described):
            return vendor
    return _standard.VENDOR
