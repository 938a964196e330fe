"""A table that tells of fewer sessions than its head counts is not read; refusals are known."""

from __future__ import annotations

import pytest

from collectors.commands._form import Command, Unread, refused
from collectors.commands.cisco_ios import show_ip_bgp_summary as ios_bgp
from collectors.commands.cisco_ios import show_ip_ospf_neighbor as ios_ospf
from collectors.commands.huawei_vrp.display_bgp_peer import read
from collectors.commands.ruijie_rgos import show_ip_bgp_summary as rgos_bgp
from collectors.commands.ruijie_rgos import show_ip_ospf_neighbor as rgos_ospf
from collectors.commands.zte_zxros import show_ip_bgp_summary as zte_bgp
from collectors.commands.zte_zxros import show_ip_ospf_neighbor as zte_ospf
from collectors.vendors._form import BgpPeer, OspfNeighbour

TABLE = """\
 BGP local router ID : 10.1.1.1
 Local AS number : 64512
 Total number of peers : 2                 Peers in established state : 1

  Peer            V          AS  MsgRcvd  MsgSent  OutQ  Up/Down       State  PrefRcv
  10.1.1.2        4       64512       10       11     0 00h01m Established        1
"""

IOS_BGP = """\
BGP router identifier 10.1.1.1, local AS number 64512

Neighbor        V           AS MsgRcvd MsgSent   TblVer  InQ OutQ Up/Down  State/PfxRcd
10.1.1.2        4        64512      10      11        1    0    0 00:01:00        1
{row}
"""
IOS_OSPF = """\
Neighbor ID     Pri   State           Dead Time   Address         Interface
10.1.1.2          1   FULL/DR         00:00:35    10.1.2.2        GigabitEthernet0/0
{row}
"""


def test_a_table_that_breaks_off_is_not_half_believed() -> None:
    with pytest.raises(Unread):
        read(TABLE)
    assert len(read(TABLE.replace("peers : 2", "peers : 1"))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "%Error 20203: Invalid input detected at '^' marker.",
        "Error: You do not have permission to run the command.",
        "% User doesn't have sufficient privilege to execute this command.",
    ],
)
def test_a_refusal_with_a_number_or_in_other_words_is_one(text: str) -> None:
    assert refused(text)


@pytest.mark.parametrize("command", [ios_bgp.COMMAND, rgos_bgp.COMMAND])
@pytest.mark.parametrize(
    "row",
    ["*10.1.1.5       4        64513   in a form that nobody knows", "2001:db8::5     4   odd"],
)
def test_a_session_in_an_unknown_form_is_not_left_out(command: Command[BgpPeer], row: str) -> None:
    assert len(command.read(IOS_BGP.format(row=""))) == 1
    with pytest.raises(Unread):
        command.read(IOS_BGP.format(row=row))


def test_a_neighbour_in_an_unknown_form_is_not_left_out() -> None:
    assert len(ios_ospf.read(IOS_OSPF.format(row=""))) == 1
    with pytest.raises(Unread):
        ios_ospf.read(IOS_OSPF.format(row="10.1.1.3   in a form that nobody knows"))


@pytest.mark.parametrize("command", [zte_ospf.COMMAND, rgos_ospf.COMMAND])
@pytest.mark.parametrize(
    "row", ["10.1.1.3  odd", " 10.1.1.3    1  FULL/DR  ---  10.1.2.3  gei-0/1"]
)
def test_a_neighbour_of_zte_and_ruijie_is_not_left_out(
    command: Command[OspfNeighbour], row: str
) -> None:
    assert len(command.read(IOS_OSPF.format(row=""))) == 1
    with pytest.raises(Unread):
        command.read(IOS_OSPF.format(row=row))


@pytest.mark.parametrize("row", ["10.1.1.3  4  odd", " 10.1.1.3  4  64512  1  1  never  Idle"])
def test_a_session_of_zte_is_not_left_out(row: str) -> None:
    head = "Neighbor        Ver    As    MsgRcvd MsgSend Up/Down State/PfxRcd\n"
    table = head + "10.1.1.2  4  64512  1  1  00:01:00  1\n"
    assert len(zte_bgp.read(table)) == 1
    with pytest.raises(Unread):
        zte_bgp.read(table + row + "\n")


def test_a_session_that_cannot_agree_is_one_that_is_down() -> None:
    """VRP's `No neg`: the peers have no address family in common."""
    (peer,) = read(TABLE.replace("peers : 2", "peers : 1").replace("Established ", "No neg      "))

    assert peer.state == "idle"


def test_a_word_about_one_session_is_not_one_about_all() -> None:
    with pytest.raises(Unread):
        read("Error: the bgp session 10.1.1.1 is not active")
    assert read("Error: BGP is not running") == ()
