"""What was recorded is heard again exactly; a torn end is told and costs one frame."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.observation import Observation, Outcome, Probe
from store.errors import StoreError
from store.recording import Recorder, Recording, read
from tests.store.network import echo_probe, interfaces_probe, inventory

NETWORK = inventory(links=2)
PROBES: dict[str, Probe] = {
    probe.id: probe
    for probe in (
        echo_probe(NETWORK, "l0"),
        echo_probe(NETWORK, "l1"),
        interfaces_probe(NETWORK),
    )
}

_values = st.lists(
    st.one_of(st.none(), st.integers(-(2**63), 2**64 - 1), st.floats(allow_nan=False)), max_size=9
)
_observations = st.builds(
    Observation,
    st.sampled_from(list(PROBES.values())),
    st.integers(0, 2**50),
    st.floats(0, 100),
    st.sampled_from(Outcome),
    st.sampled_from(["", "silent", "超时"]),
    _values.map(tuple),
    st.lists(st.one_of(st.none(), st.floats(0, 2)), max_size=12).map(tuple),
)


@settings(max_examples=50, deadline=None)
@given(st.lists(_observations, max_size=20))
def test_what_was_recorded_is_read_back_exactly(observations: list[Observation]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "run.msgpack"
        recorder = Recorder(path)
        for observation in observations:
            recorder.observe(observation)
        recorder.close()
        recording = read(path, PROBES)

        assert list(recording) == observations
        assert (recording.torn, recording.unknown) == (0, 0)


def recorded(path: Path, count: int) -> list[Observation]:
    probe = next(iter(PROBES.values()))
    observations = [
        Observation(probe, 1_000 * number, 0.5, Outcome.ANSWERED, "", (2, 0), (0.01, 0.02))
        for number in range(count)
    ]
    recorder = Recorder(path)
    for observation in observations:
        recorder.observe(observation)
        recorder.flush()
    recorder.close()
    return observations


@pytest.mark.parametrize("cut", [1, 5, 20])
def test_a_torn_end_is_told_and_what_was_before_it_is_whole(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "run.msgpack"
    observations = recorded(path, 10)
    path.write_bytes(path.read_bytes()[:-cut])
    recording = read(path, PROBES)

    assert list(recording) == observations[:-1]
    assert recording.torn > 0


def test_a_damaged_frame_is_never_read_as_an_observation(tmp_path: Path) -> None:
    path = tmp_path / "run.msgpack"
    observations = recorded(path, 10)
    content = bytearray(path.read_bytes())
    content[-3] ^= 0xFF
    path.write_bytes(content)

    assert list(read(path, PROBES)) == observations[:-1]


def test_observations_of_probes_that_are_gone_are_counted(tmp_path: Path) -> None:
    recorded(tmp_path / "run.msgpack", 7)
    recording = Recording(tmp_path / "run.msgpack", {})

    assert list(recording) == []
    assert recording.unknown == 7


def test_a_full_buffer_drops_and_counts(tmp_path: Path) -> None:
    probe = next(iter(PROBES.values()))
    recorder = Recorder(tmp_path / "run.msgpack", limit=200)
    for number in range(100):
        recorder.observe(Observation(probe, number, 0.5, Outcome.SILENT, "", (2, 2), (None, None)))
    recorder.close()

    assert recorder.recorded + recorder.dropped == 100
    assert len(list(read(tmp_path / "run.msgpack", PROBES))) == recorder.recorded < 20


def test_another_runs_file_is_never_written_into(tmp_path: Path) -> None:
    recorded(tmp_path / "run.msgpack", 1)

    with pytest.raises(StoreError):
        Recorder(tmp_path / "run.msgpack").flush()
