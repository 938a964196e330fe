"""A table that tells of fewer sessions than its head counts is not read; refusals are known."""

from __future__ import annotations

import pytest

from collectors.commands._form import Unread, refused
from collectors.commands.huawei_vrp.display_bgp_peer import read

TABLE = """\
 BGP local router ID : 10.1.1.1
 Local AS number : 64512
 Total number of peers : 2                 Peers in established state : 1

  Peer            V          AS  MsgRcvd  MsgSent  OutQ  Up/Down       State  PrefRcv
  10.1.1.2        4       64512       10       11     0 00h01m Established        1
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
