"""Configurations with secrets, and a wire that keeps what the test says a device has."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from collectors._ssh import Access, Kept, Said
from metrics.observation import Outcome
from runtime.configurations.job import Keeper, KeepingSettings

KEY = bytes(range(32))
NOW = 1_795_500_000
SECRETS = ("NocRead1", "hunter2secret", "$1a$Xy.z$aabb$", "%^%#Hq/aP75x%^%#", "MIIBprivate1")
TEXT = """#
sysname xs-r1
#
snmp-agent community read NocRead1
snmp-agent community write cipher %^%#Hq/aP75x%^%#
#
aaa
 local-user noc password irreversible-cipher $1a$Xy.z$aabb$
 local-user old password simple hunter2secret
#
-----BEGIN RSA PRIVATE KEY-----
MIIBprivate1
-----END RSA PRIVATE KEY-----
#
interface GigabitEthernet0/0/1
 description 至孝南县 100M
 ip address 10.0.0.1 255.255.255.252
#
return
"""
OTHER = TEXT.replace("100M", "200M")


def said(text: str = TEXT) -> Said:
    """An answer with a configuration."""
    return Said(Outcome.ANSWERED, "", (text,))


@dataclass(slots=True)
class Boxes:
    """An SSH wire whose devices have the texts of the test; what is fetched is really kept."""

    store: Path
    says: dict[str, Said] = field(default_factory=dict)
    now: int = NOW
    key: bytes = KEY
    takes: float = 0.0
    """Seconds of a reading."""
    asked: list[tuple[str, str]] = field(default_factory=list)
    answers: Mapping[str, Kept] = field(default_factory=dict)
    """What is answered instead of what was kept, by device: as if it had got lost."""

    async def keep_configuration(
        self,
        access: Access,
        platform: str,
        *,
        timeout: float,  # noqa: ARG002 - of the Protocol
        why: str = "",
    ) -> Kept:
        self.asked.append((access.device, why))
        await asyncio.sleep(self.takes)
        kept = self.keep(access.device, why, platform)
        return self.answers.get(access.device, kept)

    def keep(self, device: str, why: str = "whole", platform: str = "huawei_vrp") -> Kept:
        """Keep what a device says, as the SSH process does."""
        keeper = Keeper(KeepingSettings(str(self.store), self.key))
        return keeper.keep(device, platform, self.says[device], why=why, now=self.now)
