"""Linux with net-snmp: cloud-centre servers, Kylin, openEuler, UOS, and boxes that run it inside.

Memory is counted as `free` does: what buffers and the page cache hold is not used (UCD-SNMP-MIB).
Where that MIB is switched off, HOST-RESOURCES-MIB remains, whose "Physical memory" counts the cache
as used: such a server looks nearly full, and is not. The load is the mean of a minute, so an agent
younger than that has none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from collectors.vendors._form import Column, Identity, Memory, Sight, Source, Vendor
from collectors.vendors._standard import BGP, CPU, MEMORY, OSPF, SYS_DESCR, TEMPERATURE
from collectors.vendors._units import used_part

_UCD: Final = "1.3.6.1.4.1.2021.4"
TOTAL: Final = Column("memTotalReal", f"{_UCD}.5", "KiB")
FREE: Final = Column("memAvailReal", f"{_UCD}.6", "KiB")
BUFFERS: Final = Column("memBuffer", f"{_UCD}.14", "KiB")
CACHED: Final = Column("memCached", f"{_UCD}.15", "KiB")
_KIBIBYTE: Final = 1024

_UNAME: Final = re.compile(r"\A(?P<system>\S+) \S+ (?P<release>\d\S*)(?: .*?(?P<machine>\S+))?\Z")
_MACHINE: Final = re.compile(
    r"x86_64|i[3-6]86|aarch64|arm\w+|loongarch64|mips\w*|sw_64|ppc64\w*|riscv64|s390x"
)


def _identity(sight: Sight) -> Iterator[Identity]:
    """Read `uname -a`, which sysDescr is by default: the kernel's release and the machine."""
    found = _UNAME.match(sight.text(SYS_DESCR))
    if found:
        machine = found["machine"] or ""
        yield Identity(machine if _MACHINE.fullmatch(machine) else "", found["release"])


def _memory(sight: Sight) -> Iterator[Memory]:
    total, free = sight.number(TOTAL), sight.number(FREE)
    if total is None or free is None:
        return
    kept = (sight.number(BUFFERS) or 0) + (sight.number(CACHED) or 0)
    ratio = used_part(total - free - kept, total)
    if ratio is not None:
        yield Memory("Physical memory", ratio, total * _KIBIBYTE)


VENDOR: Final = Vendor(
    platform="net_snmp",
    title="Linux, net-snmp",
    object_ids=("1.3.6.1.4.1.8072.3.2",),
    described=(r"\ALinux ",),
    identity=(Source((SYS_DESCR,), _identity, "recorded"),),
    cpu=(CPU,),
    memory=(Source((TOTAL, FREE, BUFFERS, CACHED), _memory, "recorded"), MEMORY),
    temperature=(TEMPERATURE,),
    bgp_peers=(BGP,),
    ospf_neighbours=(OSPF,),
    uptime="host",
)
