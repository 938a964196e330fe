"""A host is asked by one constant script, and what it says becomes values of fixed series."""

from __future__ import annotations

import asyncio

import pytest

from collectors import host
from collectors._contract import Answer
from collectors._memory import DeviceMemory
from collectors._ssh import Said
from collectors.hosts._script import SCRIPT
from inventory.model import ProbeSpec, device_target
from metrics.observation import Outcome, Probe, Value
from runtime.commands.ask import explain
from tests.hosts.fleet import Saying, Shell, capture, centre, named, texts, wires

AT = 1795671900.5


def probe(**options: object) -> Probe:
    planned = host.plan(
        ProbeSpec("host", 60.0, options=options), device_target("db1"), centre(options=options)
    )
    assert planned is not None
    return planned


def ask(asked: Probe, ssh: Shell, memory: DeviceMemory | None = None, at: float = AT) -> Answer:
    return asyncio.run(host.ask(asked, wires(ssh, at), memory or DeviceMemory()))


def heard(name: str, **options: object) -> dict[str, Value]:
    asked = probe(**options)
    return named(asked, ask(asked, texts(capture(name))).values)


def test_it_sends_the_constant_script_and_nothing_else() -> None:
    ssh = texts(capture("kylin-v10"))
    ask(probe(services=["nginx; reboot"[:5]], filesystems=["/data"]), ssh)
    [(access, script, timeout, most)] = ssh.asked
    assert script is SCRIPT
    assert (access.device, access.endpoint.port, access.login.user) == ("db1", 22, "monitor")
    assert timeout < probe().deadline < 60
    assert most <= 262_144


def test_names_with_blanks_or_quotes_are_refused() -> None:
    for name in ("a b", 'a"b', "a\\b", ""):
        with pytest.raises(ValueError, match="services"):
            host.Options(services=(name,))


def test_memory_disks_and_load_are_told_under_the_names_of_node_exporter() -> None:
    values = heard("kylin-v10")
    assert values["node_memory_MemTotal_bytes"] == 267395072 * 1024
    assert values["node_load5"] == 11.02
    assert values["node_boot_time_seconds"] == 1780000000
    assert values["node_filesystem_size_bytes{/}"] == 73364480 * 1024
    assert values["node_filesystem_avail_bytes{/}"] == 48909654 * 1024
    assert values["node_cpu_seconds_total{iowait}"] == 123456.78
    assert values["extranet_host_load_per_cpu"] == pytest.approx(11.02 / 96)


def test_disks_that_nobody_named_are_added_up_without_partitions_and_what_lies_on_others() -> None:
    values = heard("kylin-v10")
    assert values["node_disk_read_bytes_total{all}"] == (98765432 + 2000) * 512
    assert values["node_disk_io_time_seconds_total{all}"] == pytest.approx(4567.99)


def test_ports_that_nobody_named_are_added_up_without_bonds() -> None:
    assert heard("kylin-v10")["node_network_receive_bytes_total{all}"] == 987654321012 + 1000


def test_named_parts_have_series_of_their_own_and_absent_ones_no_value() -> None:
    values = heard("kylin-v10", disks=["dm-0", "sdz"], interfaces=["bond0"])
    assert values["node_disk_reads_completed_total{dm-0}"] == 1234567
    assert values["node_disk_reads_completed_total{sdz}"] is None
    assert values["node_network_transmit_drop_total{bond0}"] == 3
    assert "node_disk_read_bytes_total{all}" not in values


def test_the_fullest_filesystem_counts_whether_it_was_named_or_not() -> None:
    values = heard("openeuler-22.03", filesystems=["/", "/data"])
    assert values["extranet_host_filesystem_used_ratio"] == 1.0
    assert values["extranet_host_inodes_used_ratio"] == 1.0
    assert values["node_filesystem_size_bytes{/data}"] is None


def test_a_named_filesystem_that_is_read_only_is_counted() -> None:
    assert (
        heard("kylin-v10", filesystems=["/", "/backup/pg"])["extranet_host_filesystems_read_only"]
        == 1
    )
    assert heard("kylin-v10")["extranet_host_filesystems_read_only"] == 0


def test_services_that_should_run_and_do_not_are_counted() -> None:
    values = heard("kylin-v10", services=["postgresql", "nginx", "backup-pg.service"])
    assert values["extranet_host_services_stopped"] == 2
    assert values["node_systemd_unit_state{postgresql.service}"] == 1
    assert values["node_systemd_unit_state{nginx.service}"] == 0
    assert values["extranet_host_units_failed"] == 1


def test_without_named_services_none_can_be_stopped() -> None:
    assert heard("kylin-v10")["extranet_host_services_stopped"] is None


def test_the_clock_is_held_to_the_monitors() -> None:
    asked = probe()
    slow = named(asked, ask(asked, texts(capture("kylin-v10")), at=AT + 600).values)
    assert slow["extranet_host_clock_difference_seconds"] == pytest.approx(600.09, abs=0.01)
    memory = DeviceMemory()
    ask(asked, texts(capture("kylin-v10")), memory, at=AT + 600)
    assert memory.host is not None
    assert memory.host.clock == pytest.approx(-600.09, abs=0.01)


def test_processors_are_busy_between_two_readings() -> None:
    asked, memory = probe(), DeviceMemory()
    first = capture("centos-7")
    later = first.replace("cpu  500000 1000 200000 90000000", "cpu  500300 1000 200100 90000600")
    ssh = texts(first, later)
    before = named(asked, ask(asked, ssh, memory).values)
    after = named(asked, ask(asked, ssh, memory).values)
    assert before["extranet_device_cpu_ratio"] is None
    assert after["extranet_device_cpu_ratio"] == pytest.approx(0.4)


def test_what_is_not_told_is_not_known() -> None:
    values = heard("alpine-3.20")
    for name in ("extranet_host_users", "extranet_host_units_failed", "node_memory_x"):
        assert values.get(name) is None
    assert heard("centos-7")["extranet_device_memory_used_ratio"] is None


def test_an_answer_that_is_cut_is_kept_and_called_incomplete() -> None:
    whole = capture("kylin-v10")
    answer = ask(probe(), texts(whole[: whole.index("#extranet disks")]))
    assert (answer.outcome, answer.reason) == (Outcome.ANSWERED, "incomplete")


@pytest.mark.parametrize("text", ["", "This account is not available.\n", "<html>"])
def test_an_answer_that_is_not_the_scripts_is_garbage(text: str) -> None:
    answer = ask(probe(), texts(text))
    assert (answer.outcome, answer.reason) == (Outcome.GARBLED, "script_unread")
    assert set(answer.values) == {None}


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (Outcome.REFUSED, "host_key_changed"),
        (Outcome.SILENT, "timeout"),
        (Outcome.SKIPPED, "not_open"),
    ],
)
def test_what_the_wire_met_is_passed_on(outcome: Outcome, reason: str) -> None:
    memory = DeviceMemory()
    answer = ask(probe(), Saying(Said(outcome, reason)), memory)
    assert (answer.outcome, answer.reason) == (outcome, reason)
    assert set(answer.values) == {None}
    assert memory.host is None


def test_a_device_without_login_or_address_is_not_asked() -> None:
    spec, target = ProbeSpec("host", 60.0), device_target("db1")
    assert host.plan(spec, target, centre(address=None)) is None
    assert host.plan(spec, device_target("xg-r1"), centre()) is None


def test_a_host_that_snmp_asks_too_leaves_it_processor_memory_and_state() -> None:
    kinds = ("interfaces", "health", "host")
    both = centre(probes=tuple(ProbeSpec(kind, 60.0) for kind in kinds))
    alone = {series.metric.name for series in probe().series}
    planned = host.plan(ProbeSpec("host", 60.0), device_target("db1"), both)
    assert planned is not None
    beside = {series.metric.name for series in planned.series}
    assert alone - beside == {
        "extranet_device_cpu_ratio", "extranet_device_memory_used_ratio", "extranet_device_state",
    }  # fmt: skip


def test_series_know_the_zone_the_host_stands_in() -> None:
    zones = {value for s in probe().series for name, value in s.labels if name == "zone"}
    assert zones == {"dmz"}


def test_asked_by_hand_it_tells_series_of_one_name_apart() -> None:
    asked = probe(services=["nginx", "sshd"])
    lines = explain(asked, ask(asked, texts(capture("kylin-v10"))), 0.1, "en")
    assert "  device:db1  node_cpu_seconds_total{mode=iowait} = 123456.78" in lines
    assert "  device:db1  node_systemd_unit_state{name=sshd.service} = 1" in lines
    assert "  device:db1  node_load1 = 12.34" in lines


def test_this_machine_answers_it_whole() -> None:
    asked = probe()
    values = named(asked, ask(asked, Shell()).values)
    assert values["node_load1"] is not None
    assert values["node_memory_MemTotal_bytes"]
    assert values["extranet_host_cpus"]


def test_where_one_service_is_unknown_it_is_not_said_that_none_is_stopped() -> None:
    lines = "\n".join(f"u{number}.service loaded active running -" for number in range(300))
    text = capture("kylin-v10")
    begin, end = text.index("#extranet units"), text.index("#extranet failed")
    cut = f"{text[:begin]}#extranet units\nsystemd\n{lines}\n\n{text[end:]}"
    asked = probe(services=["u7", "beyond"])
    values = named(asked, ask(asked, texts(cut)).values)
    assert values["extranet_host_services_stopped"] is None
    asked = probe(services=["u7", "u8"])
    assert named(asked, ask(asked, texts(cut)).values)["extranet_host_services_stopped"] == 0
