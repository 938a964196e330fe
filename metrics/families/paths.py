"""What a path for meetings was like, heard by our own echoes or by a router's own tests."""

from __future__ import annotations

from typing import Final

from metrics._form import Kind, Measurement, metric
from metrics.families.services import PROBE

PATH: Final = Measurement("extranet_path", PROBE.labels)
_G: Final = Kind.GAUGE

PATH_SENT: Final = metric(PATH, "sent", _G, "", "Packets sent in one run or test")
PATH_LOST: Final = metric(PATH, "lost", _G, "", "Packets lost in one run or test, of both ways")
PATH_LOSS: Final = metric(PATH, "loss_ratio", _G, "ratio", "Lost part of what was sent")
PATH_RTT: Final = metric(PATH, "rtt_seconds", _G, "seconds", "Median round-trip time")
PATH_RTT_MEAN: Final = metric(PATH, "rtt_mean_seconds", _G, "seconds", "Mean round-trip time")
PATH_RTT_P95: Final = metric(
    PATH, "rtt_p95_seconds", _G, "seconds", "95th percentile of the round-trip times"
)
PATH_RTT_MAX: Final = metric(PATH, "rtt_max_seconds", _G, "seconds", "Longest round-trip time")
PATH_DELAY: Final = metric(
    PATH,
    "delay_seconds",
    _G,
    "seconds",
    "One-way delay: half the round trip, or the slower way where a router measures both",
)
PATH_JITTER: Final = metric(
    PATH, "jitter_seconds", _G, "seconds", "Mean difference of consecutive delays (IPDV, RFC 3393)"
)
PATH_RTP_JITTER: Final = metric(
    PATH, "rtp_jitter_seconds", _G, "seconds", "Running estimate of jitter (RFC 3550, 6.4.1)"
)
PATH_MOS: Final = metric(
    PATH,
    "mos",
    _G,
    "score",
    "Opinion of speech, 1 to 4.5: the router's own, or a simplified E-model (ITU-T G.107)",
)
PATH_RATING: Final = metric(
    PATH, "rating", _G, "", "Against the limits of the class: 4 = A, 3 = B, 2 = C, 1 = D"
)
