"""What real senders say comes through the process: v1, v2c and v3, traps and informs."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from collectors.traps.form import Engine, Notification
from tests.traps.boxes import (
    ENGINE,
    LINK_DOWN,
    OPEN,
    OTHER,
    PLAIN,
    SECURED,
    SIGNED,
    hearing,
    inventory,
    said,
)

pytestmark = pytest.mark.server("snmptrap", "snmpinform")

OURS = "127.0.0.1"
PRIVATE = ("-l", "authPriv", "-u", "trapper", "-a", "SHA-256", "-A", "authentication-secret",
           "-x", "AES-256", "-X", "privacy-secret")  # fmt: skip
AUTHENTIC = ("-l", "authNoPriv", "-u", "signer", "-a", "SHA", "-A", "authentication-secret")
NOBODY = ("-l", "noAuthNoPriv", "-u", "anybody")
VALUES = (
    ("1.3.6.1.2.1.2.2.1.1.7", 7),
    ("1.3.6.1.2.1.2.2.1.7.7", 1),
    ("1.3.6.1.2.1.2.2.1.8.7", 2),
)


def one(heard: list[Notification]) -> Notification:
    assert len(heard) == 1
    return heard[0]


def test_a_v2c_trap_is_heard(tmp_path: Path) -> None:
    async def story() -> None:
        async with hearing(inventory(tmp_path, ("r1", OURS, PLAIN))) as ear:
            await said("snmptrap", "-v2c", "-c", "hush", f"{OURS}:{ear.port}", "4200", *LINK_DOWN)
            await ear.counted(handed=1)
            heard = one(ear.heard)
            assert (heard.device, heard.source, heard.version) == ("r1", OURS, "2c")
            assert (heard.oid, heard.uptime) == ("1.3.6.1.6.3.1.1.5.3", 4200)
            assert heard.values == VALUES
            assert not heard.informed

    asyncio.run(story())


@pytest.mark.ipv6
def test_a_trap_over_ipv6_is_heard(tmp_path: Path) -> None:
    async def story() -> None:
        known = inventory(tmp_path, ("r1", "::1", PLAIN))
        async with hearing(known, listen=("127.0.0.1", "::1")) as ear:
            to = f"udp6:[::1]:{ear.door.ports[1]}"
            await said("snmptrap", "-v2c", "-c", "hush", to, "1", *LINK_DOWN)
            await ear.counted(handed=1)
            assert one(ear.heard).source == "::1"

    asyncio.run(story())


@pytest.mark.parametrize(
    ("generic", "specific", "oid"),
    [("0", "0", "1.3.6.1.6.3.1.1.5.1"), ("2", "0", "1.3.6.1.6.3.1.1.5.3"),
     ("3", "0", "1.3.6.1.6.3.1.1.5.4"), ("4", "0", "1.3.6.1.6.3.1.1.5.5"),
     ("6", "17", "1.3.6.1.4.1.2011.5.25.0.17")],
)  # fmt: skip
def test_a_v1_trap_is_what_v2_would_say(
    tmp_path: Path, generic: str, specific: str, oid: str
) -> None:
    async def story() -> None:
        async with hearing(inventory(tmp_path, ("r1", OURS, PLAIN))) as ear:
            to = f"{OURS}:{ear.port}"
            enterprise, agent = "1.3.6.1.4.1.2011.5.25", "10.9.9.9"
            await said(
                "snmptrap", "-v1", "-c", "hush", to, enterprise, agent, generic, specific, "77"
            )
            await ear.counted(handed=1)
            heard = one(ear.heard)
            assert (heard.oid, heard.uptime, heard.version) == (oid, 77, "1")

    asyncio.run(story())


def test_an_agent_address_is_not_believed_over_the_source(tmp_path: Path) -> None:
    async def story() -> None:
        known = inventory(tmp_path, ("r1", OURS, PLAIN), ("r2", "127.0.0.2", PLAIN))
        async with hearing(known) as ear:
            to = f"{OURS}:{ear.port}"
            await said("snmptrap", "-v1", "-c", "hush", to, "1.3.6.1.4.1.9", "127.0.0.2",
                       "2", "0", "1")  # fmt: skip
            await ear.counted(handed=1)
            assert one(ear.heard).device == "r1"

    asyncio.run(story())


def test_a_relay_may_speak_for_others(tmp_path: Path) -> None:
    async def story() -> None:
        known = inventory(tmp_path, ("r2", "127.0.0.2", PLAIN))
        async with hearing(known, relays=[OURS]) as ear:
            to = f"{OURS}:{ear.port}"
            await said("snmptrap", "-v1", "-c", "hush", to, "1.3.6.1.4.1.9", "127.0.0.2",
                       "2", "0", "1")  # fmt: skip
            await ear.counted(handed=1)
            assert (one(ear.heard).device, one(ear.heard).source) == ("r2", OURS)

    asyncio.run(story())


def test_a_v2c_inform_is_confirmed(tmp_path: Path) -> None:
    async def story() -> None:
        async with hearing(inventory(tmp_path, ("r1", OURS, PLAIN))) as ear:
            to = f"{OURS}:{ear.port}"
            code = await said("snmpinform", "-v2c", "-c", "hush", "-t10", to, "1", *LINK_DOWN)
            assert code == 0
            await ear.counted(handed=1)
            assert one(ear.heard).informed

    asyncio.run(story())


def test_an_inform_with_a_wrong_community_is_not_confirmed(tmp_path: Path) -> None:
    async def story() -> None:
        async with hearing(inventory(tmp_path, ("r1", OURS, PLAIN))) as ear:
            to = f"{OURS}:{ear.port}"
            words = ("-v2c", "-c", "wrong", "-r0", "-t1", to, "1", *LINK_DOWN)
            assert await said("snmpinform", *words) != 0
            await ear.counted(received=1, wrong_community=1)
            assert not ear.heard

    asyncio.run(story())


@pytest.mark.parametrize(
    ("credential", "words"), [(SECURED, PRIVATE), (SIGNED, AUTHENTIC)], ids=["authPriv", "auth"]
)
def test_a_v3_trap_of_whoever_knows_the_keys_is_heard(
    tmp_path: Path, credential: object, words: tuple[str, ...]
) -> None:
    async def story() -> None:
        async with hearing(inventory(tmp_path, ("r1", OURS, credential))) as ear:  # type: ignore[arg-type]
            to = f"{OURS}:{ear.port}"
            await said("snmptrap", "-v3", "-e", ENGINE, *words, to, "4200", *LINK_DOWN)
            await ear.counted(handed=1)
            heard = one(ear.heard)
            assert (heard.version, heard.oid) == ("3", "1.3.6.1.6.3.1.1.5.3")
            assert heard.values == VALUES

    asyncio.run(story())


@pytest.mark.parametrize(
    ("credential", "words"), [(SECURED, PRIVATE), (SIGNED, AUTHENTIC)], ids=["authPriv", "auth"]
)
def test_a_v3_inform_is_confirmed(
    tmp_path: Path, credential: object, words: tuple[str, ...]
) -> None:
    async def story() -> None:
        async with hearing(inventory(tmp_path, ("r1", OURS, credential))) as ear:  # type: ignore[arg-type]
            to = f"{OURS}:{ear.port}"
            assert await said("snmpinform", "-v3", "-t10", *words, to, "1", *LINK_DOWN) == 0
            await ear.counted(handed=1)
            assert one(ear.heard).informed

    asyncio.run(story())


@pytest.mark.parametrize(
    ("place", "wrong", "reason"),
    [(5, "SHA-512", "wrong_digest"), (7, "another-secret", "wrong_digest"),
     (3, "somebody", "wrong_user"), (11, "another-secret", "not_decrypted")],
)  # fmt: skip
def test_a_v3_trap_with_another_key_is_not_heard(
    tmp_path: Path, place: int, wrong: str, reason: str
) -> None:
    words = [*PRIVATE]
    words[place] = wrong

    async def story() -> None:
        async with hearing(inventory(tmp_path, ("r1", OURS, SECURED))) as ear:
            to = f"{OURS}:{ear.port}"
            await said("snmptrap", "-v3", "-e", ENGINE, *words, to, "1", *LINK_DOWN)
            await ear.counted(received=1, **{reason: 1})
            assert not ear.heard

    asyncio.run(story())


@pytest.mark.parametrize("level", ["noAuthNoPriv", "authNoPriv"])
def test_a_v3_trap_below_the_credentials_level_is_not_heard(tmp_path: Path, level: str) -> None:
    words = ("-l", level, *PRIVATE[2:])

    async def story() -> None:
        async with hearing(inventory(tmp_path, ("r1", OURS, SECURED))) as ear:
            to = f"{OURS}:{ear.port}"
            await said("snmptrap", "-v3", "-e", ENGINE, *words, to, "1", *LINK_DOWN)
            await ear.counted(received=1, wrong_level=1)

    asyncio.run(story())


def test_a_v3_trap_of_another_engine_than_was_polled_is_not_heard(tmp_path: Path) -> None:
    async def story() -> None:
        async with hearing(inventory(tmp_path, ("r1", OURS, SECURED))) as ear:
            await ear.door.learn({"r1": Engine(bytes.fromhex("80001f8804") + b"elsewhere")})
            to = f"{OURS}:{ear.port}"
            await said("snmptrap", "-v3", "-e", ENGINE, *PRIVATE, to, "1", *LINK_DOWN)
            await ear.counted(received=1, other_engine=1)

    asyncio.run(story())


def test_a_v3_trap_without_keys_is_heard_only_of_an_engine_that_was_polled(tmp_path: Path) -> None:
    async def story() -> None:
        async with hearing(inventory(tmp_path, ("r1", OURS, OPEN))) as ear:
            words = ("-v3", "-e", ENGINE, *NOBODY, f"{OURS}:{ear.port}", "1", *LINK_DOWN)
            await said("snmptrap", *words)
            await ear.counted(unknown_engine=1)
            await ear.door.learn({"r1": Engine(bytes.fromhex(ENGINE[2:]))})
            await said("snmptrap", *words)
            await ear.counted(handed=1)

    asyncio.run(story())


def test_an_unknown_source_is_not_heard(tmp_path: Path) -> None:
    async def story() -> None:
        async with hearing(inventory(tmp_path, ("r1", "127.0.0.9", PLAIN))) as ear:
            to = f"{OURS}:{ear.port}"
            words = ("-v2c", "-c", "hush", to, "1", *LINK_DOWN)
            await said("snmptrap", *words)
            await said("snmpinform", "-r0", "-t1", *words)
            await ear.counted(received=2, unknown_source=2)

    asyncio.run(story())


def test_the_community_of_another_device_is_wrong(tmp_path: Path) -> None:
    async def story() -> None:
        known = inventory(tmp_path, ("r1", OURS, PLAIN), ("r2", "127.0.0.2", OTHER))
        async with hearing(known) as ear:
            to = f"{OURS}:{ear.port}"
            await said("snmptrap", "-v2c", "-c", "quiet", to, "1", *LINK_DOWN)
            await ear.counted(received=1, wrong_community=1)

    asyncio.run(story())


def test_v2c_of_a_device_that_has_a_v3_credential_is_not_heard(tmp_path: Path) -> None:
    async def story() -> None:
        async with hearing(inventory(tmp_path, ("r1", OURS, SECURED))) as ear:
            to = f"{OURS}:{ear.port}"
            await said("snmptrap", "-v2c", "-c", "trapper", to, "1", *LINK_DOWN)
            await ear.counted(received=1, wrong_version=1)

    asyncio.run(story())


def test_a_reload_changes_who_is_heard(tmp_path: Path) -> None:
    async def story() -> None:
        async with hearing(inventory(tmp_path, ("r1", OURS, PLAIN))) as ear:
            words = ("-v2c", "-c", "hush", f"{OURS}:{ear.port}", "1", *LINK_DOWN)
            await said("snmptrap", *words)
            await ear.counted(handed=1)
            await ear.door.load(inventory(tmp_path, ("r2", "127.0.0.2", PLAIN)))
            await said("snmptrap", *words)
            await ear.counted(received=2, unknown_source=1)

    asyncio.run(story())


def test_a_community_that_a_relay_added_is_left_out(tmp_path: Path) -> None:
    added = ("1.3.6.1.6.3.18.1.4.0", "s", "hush")

    async def story() -> None:
        async with hearing(inventory(tmp_path, ("r1", OURS, PLAIN))) as ear:
            to = f"{OURS}:{ear.port}"
            await said("snmptrap", "-v2c", "-c", "hush", to, "1", *LINK_DOWN, *added)
            await ear.counted(handed=1)
            assert one(ear.heard).values == VALUES

    asyncio.run(story())


def test_a_name_in_chinese_is_read_in_either_encoding(tmp_path: Path) -> None:
    alias = "1.3.6.1.2.1.31.1.1.1.18.7"
    name = "至孝感市专线"
    hexed = name.encode("gb18030").hex(" ")

    async def story() -> None:
        async with hearing(inventory(tmp_path, ("r1", OURS, PLAIN))) as ear:
            to = f"{OURS}:{ear.port}"
            for kind, text in (("s", name), ("x", hexed)):
                words = ("-v2c", "-c", "hush", to, "1", LINK_DOWN[0], alias, kind, text)
                await said("snmptrap", *words)
            await ear.counted(handed=2)
            assert [heard.values for heard in ear.heard] == [((alias, name),)] * 2

    asyncio.run(story())
