"""Ports that provinces are given before they bind them."""

from __future__ import annotations

from simulator.ports import free_ports


def test_what_is_given_and_not_bound_yet_is_not_given_again() -> None:
    """To the web servers of a province, say, after its agents."""
    given = [port for _ in range(50) for port in free_ports(4)]

    assert len(set(given)) == len(given)
