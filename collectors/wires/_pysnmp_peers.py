"""What pysnmp knows of SNMPv3 engines: told before each question, and taken from it again.

These tables are its own and have no other door; tests with real agents hold this.
"""

from __future__ import annotations

from time import time_ns
from typing import Any, Final

from pysnmp.proto import rfc1902
from pysnmp.smi.error import SmiError

from collectors.wires._usm import Usm

_V3: Final = 3
_ROW_STATUS: Final = 13
"""usmUserStatus (RFC 3414)."""


def tell(engine: Any, peer: tuple[Any, Any], known: Usm) -> None:
    """Tell the id and time of the engine of `peer`, a transport domain and address."""
    engine_id = rfc1902.OctetString(known.engine_id)
    peers = engine.message_processing_subsystems[_V3]
    peers._SnmpV3MessageProcessingModel__engineIdCache[peer] = {  # noqa: SLF001 - above
        "securityEngineId": engine_id,
        "contextEngineId": engine_id,
        "contextName": rfc1902.OctetString(b""),
    }
    times = engine.security_models[_V3]
    times._SnmpUSMSecurityModel__timeline[engine_id] = (  # noqa: SLF001 - above
        rfc1902.Integer32(known.boots),
        rfc1902.Integer32(known.time),
        rfc1902.Integer32(known.time),
        time_ns() // 10**9,  # its own clock is the wall
    )


def drop(engine: Any, engine_id: bytes, user: str) -> None:
    """Take away an engine that is no more: its time, and its copy of the user with her keys.

    An agent that names another engine each time would fill the memory with them.
    """
    times = engine.security_models[_V3]
    known = times._SnmpUSMSecurityModel__timeline  # noqa: SLF001 - above
    known.pop(rfc1902.OctetString(engine_id), None)
    builder = engine.get_mib_builder()
    (entry,) = builder.import_symbols("SNMP-USER-BASED-SM-MIB", "usmUserEntry")
    (own,) = builder.import_symbols("__SNMP-FRAMEWORK-MIB", "snmpEngineID")
    if bytes(own.syntax) == engine_id:  # all copies are made of this one
        return
    row = entry.getInstIdFromIndices(own.syntax.clone(engine_id), user)
    try:
        engine.message_dispatcher.mib_instrum_controller.write_variables(
            ((*entry.name, _ROW_STATUS, *row), "destroy"), snmpEngine=engine
        )
    except SmiError:  # it was never asked anything: no copy was made
        return
