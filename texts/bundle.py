"""Bundles: what belongs to one, why there is none, and what is wrong with one."""

from __future__ import annotations

from typing import Final

_WRONG: Final[dict[str, tuple[str, str]]] = {
    "not_a_bundle": (
        "{name}: is no bundle of this program ({detail}).",
        "{name}：不是本程序的证据包（{detail}）。",
    ),
    "missing": (
        "{name}: is missing. {detail}",
        "{name}：缺失。{detail}",
    ),
    "unknown": (
        "{name}: does not belong to a bundle. {detail}",
        "{name}：不属于证据包。{detail}",
    ),
    "twice": (
        "{name}: stands in it twice. {detail}",
        "{name}：重复出现。{detail}",
    ),
    "left_out": (
        "{name}: has no row of circuits of which there is evidence, or names others ({detail}).",
        "{name}：有证据的线路不在报告中，或列名不符（{detail}）。",
    ),
    "too_large": (
        "{name}: is larger than any bundle's is. {detail}",
        "{name}：超过允许的大小。{detail}",
    ),
    "too_many_hours": (
        "{name}: names hours that no report has ({detail}).",
        "{name}：小时范围不合理（{detail}）。",
    ),
    "changed": (
        "{name}: is not what the manifest says; it was changed. {detail}",
        "{name}：与清单不符，已被改动。{detail}",
    ),
    "unread": (
        "{name}: cannot be read ({detail}).",
        "{name}：无法读取（{detail}）。",
    ),
    "key": (
        "{name}: the key in it is no public key ({detail}).",
        "{name}：其中的公钥无效（{detail}）。",
    ),
    "unsigned": (
        "{name}: is not signed by the key {detail}.",
        "{name}：没有该公钥的有效签名：{detail}。",
    ),
    "another": (
        "{name}: signs another manifest. {detail}",
        "{name}：签名对应的不是这份清单。{detail}",
    ),
    "not_logged": (
        "{name}: is not in the evidence log that was signed ({detail}).",
        "{name}：不在已签名的证据日志中（{detail}）。",
    ),
    "rewritten": (
        (
            "{name}: the evidence log does not go on from the one that was shown before ({detail});"
            " it was rewritten."
        ),
        "{name}：证据日志与此前公布的不连续（{detail}），已被改写。",
    ),
    "hour": (
        "{name}: an hour is missing, in another's place or not what it should be. {detail}",
        "{name}：该小时缺失、错位或内容有误。{detail}",
    ),
    "carrier": (
        "{name}: holds evidence of another carrier ({detail}).",
        "{name}：含有其他运营商的证据（{detail}）。",
    ),
    "report": (
        "Report, manifest and what the report was made from say different things: {name}. {detail}",
        "报告、清单与其依据不一致：{name}。{detail}",
    ),
}

_README: Final = (
    """This is the evidence behind one report about one carrier, with proofs.

  report.json      the report: exact numbers; every printed view is made from it
  register.json    the circuits and contracts it is about
  rules.yaml       the rules it was made by
  evidence/        what was heard of each circuit and decided, an hour a file (UTC seconds)
  records.jsonl    what was filed, approved and said; monitor.jsonl how the monitor itself did
  log/             the signed checkpoint of the evidence log, and proofs that all this is in it
  manifest.json    what belongs here; manifest.sig is the signature over it
  verify.py        checks all of it and adds it up again

To check it, with Python 3.8 or later and nothing else:

  python3 verify.py THIS.zip --log-key KEY --report-key KEY

Take verify.py and both keys from where you were given them before, not from here: whoever can make
a false bundle can put a false verify.py into it. With the program itself: `extranet sla verify` and
`extranet sla recompute`.

What it proves: that the report follows from this evidence, and that the evidence was in the log
when the checkpoint was signed. What it does not: that an hour named as missing was not withheld
(ask for its leaf), or that the measuring was right. Compare the checkpoint with those that you were
sent each day.
""",
    """本包是一份运营商考核报告的全部证据及其证明。

  report.json      报告：精确数值，所有打印件均由它生成
  register.json    报告所涉线路与合同
  rules.yaml       报告所用规则
  evidence/        每条线路的探测与判定结果，每小时一个文件（UTC 秒）
  records.jsonl    备案、批准与说明；monitor.jsonl 为监测程序自身状况
  log/             证据日志的签名检查点，以及以上内容均在日志中的证明
  manifest.json    包内清单；manifest.sig 为其签名
  verify.py        校验全部内容并重新计算

校验只需 Python 3.8 及以上版本：

  python3 verify.py 本包.zip --log-key 公钥 --report-key 公钥

请使用事先取得的 verify.py 和两个公钥，不要使用包内的：能伪造证据包的人也能伪造包内的 verify.py。
使用本程序时：extranet sla verify 与 extranet sla recompute。

能证明：报告由这些证据得出；检查点签名时证据已在日志中。不能证明：列为缺失的小时未被隐瞒（可要求
出示其记录），以及测量本身正确。请与每天收到的检查点比对。
""",
)

TEXTS: Final[dict[str, tuple[str, str]]] = {
    **{f"bundle.wrong.{code}": pair for code, pair in _WRONG.items()},
    "bundle.readme": _README,
    "bundle.written": (
        "{file} is written. SHA-256 of the report: {sha256}",
        "已写入 {file}。报告的 SHA-256：{sha256}",
    ),
    "bundle.signed_by_report": (
        "Signed by the report key {key}",
        "由报告密钥签名：{key}",
    ),
    "bundle.signed_by_log": (
        (
            "Signed by the log key {key}, not by a report key: whoever holds the monitor could have"
            " signed it."
        ),
        "由日志密钥签名：{key}。未使用报告密钥：掌握监测程序者即可签出。",
    ),
    "bundle.hours_missing": (
        "{count} hours have no evidence; they count as unknown and are named in the manifest.",
        "有 {count} 个小时没有证据，按未知计，已列入清单。",
    ),
    "bundle.anyway_differs": (
        "In {count} stretches the ledger said something else than the evidence, which holds here.",
        "有 {count} 段台账与证据不一致，本包以证据为准。",
    ),
    "bundle.anyway_instead": (
        "The evidence does not come to the settled report {sha256}; the report here is another.",
        "证据得不出已办结的报告 {sha256}；包内为另一份报告。",
    ),
    "bundle.anyway_left_out": (
        "The report has no row of circuits that were watched in the period: {circuits}",
        "下列线路在考核期内有证据，但报告中没有：{circuits}",
    ),
    "bundle.verified": (
        "All in order: {carrier} {period}, revision {revision}, report {sha256}",
        "校验通过：{carrier} {period} 第 {revision} 版，报告 {sha256}",
    ),
    "bundle.in_log": (
        "{leaves} leaves are in the log of {size} with the root {root}, signed by {key}",
        "{leaves} 条记录在日志中（共 {size} 条，根 {root}），签名公钥 {key}",
    ),
    "bundle.own_keys": (
        (
            "WARNING: not both keys were given, so they come from the bundle: it is only shown that"
            " it fits together. Give --log-key and --report-key as you were handed them before."
        ),
        (
            "警告：未同时给出两个公钥，只能取自包内，因此只证明包内自洽。请用事先取得的公钥指定"
            " --log-key 和 --report-key。"
        ),
    ),
    "bundle.bad_key": (
        "That is no public key: it looks like name+1a2b3c4d+A...",
        "不是公钥：应形如 名称+1a2b3c4d+A……",
    ),
    "bundle.identical": (
        "The report comes out again, byte for byte: {sha256}",
        "重新计算得到逐字节相同的报告：{sha256}",
    ),
    "bundle.other_bytes": (
        "The report comes out differently; first at: {path}",
        "重新计算的报告不同，首处差异：{path}",
    ),
    "bundle.other_code": (
        "The bundle was made by other code than this ({code}); use that version to be sure.",
        "证据包由另一版本的代码生成（{code}），请使用该版本核对。",
    ),
    "bundle.not_computed": (
        "The report cannot be made again from what is in it: {detail}",
        "无法由包内内容重新计算报告：{detail}",
    ),
    "bundle.no_checkpoint": (
        "There is no signed checkpoint over the evidence yet; the log is signed once an hour.",
        "尚无覆盖这些证据的签名检查点；日志每小时签名一次。",
    ),
    "bundle.no_log_key": (
        "{path}: the key of the evidence log cannot be used.",
        "{path}：证据日志的密钥不可用。",
    ),
    "bundle.no_evidence": (
        "No hour of evidence of {carrier} is kept and logged for that time.",
        "该时段没有 {carrier} 已保存并入日志的证据。",
    ),
    "bundle.no_carrier": (
        "The inventory has no carrier {carrier}.",
        "资源清单中没有运营商 {carrier}。",
    ),
    "bundle.differs": (
        (
            "In {count} stretches the ledger says something else than the evidence (the first ones"
            " below, circuit and UTC seconds). No bundle was made; `--anyway` makes one of the"
            " evidence and says so in it."
        ),
        (
            "有 {count} 段台账与证据不一致（前若干段列于下方：线路与 UTC 秒）。未生成证据包；"
            "--anyway 以证据为准生成，并在包内注明。"
        ),
    ),
    "bundle.left_out": (
        (
            "Circuits that were watched in the period are not in the report: {circuits}. Put them"
            " back into the inventory with the end of their `in_service`. No bundle was made;"
            " `--anyway` makes one without them and says so in it."
        ),
        (
            "下列线路在考核期内有证据，但报告中没有：{circuits}。请把它们放回资源清单，并写明"
            " in_service 的结束时间。未生成证据包；--anyway 不含这些线路生成，并在包内注明。"
        ),
    ),
    "bundle.not_that_report": (
        (
            "The evidence does not come to the report that was settled; first at: {path}. No bundle"
            " was made; `--anyway` makes one with what the evidence comes to, and says so in it."
        ),
        (
            "证据得不出已办结的报告，首处差异：{path}。未生成证据包；"
            "--anyway 以证据为准生成，并在包内注明。"
        ),
    ),
    "cli.sla_bundle": (
        "write a report with all its evidence and proofs into one file",
        "把报告及其全部证据与证明写入一个文件",
    ),
    "cli.sla_verify": (
        "check a bundle: signatures, the log, nothing missing",
        "校验证据包：签名、日志、完整性",
    ),
    "cli.sla_recompute": (
        "check a bundle and make its report again, byte for byte",
        "校验证据包并重新计算报告，逐字节比对",
    ),
    "cli.bundle_carrier": ("the carrier's id", "运营商标识"),
    "cli.bundle_period": (
        "2026-11, 2026Q4, 2026 or 2026-10-01..2026-11-15",
        "2026-11、2026Q4、2026 或 2026-10-01..2026-11-15",
    ),
    "cli.bundle_out": (
        "the file (default: CARRIER-PERIOD.zip)",
        "输出文件（默认 运营商-周期.zip）",
    ),
    "cli.bundle_key": (
        "file of the report key that signs (default: the log key signs)",
        "签名用的报告密钥文件（默认用日志密钥签名）",
    ),
    "cli.bundle_name": (
        "name of the report key as it was handed out (default: the log's name and /report)",
        "报告密钥对外公布的名称（默认为日志名称加 /report）",
    ),
    "cli.bundle_anyway": (
        "also where ledger or settled report differ from the evidence",
        "台账或已办结报告与证据不一致时也生成",
    ),
    "cli.bundle_file": ("the bundle", "证据包"),
    "cli.bundle_log_key": (
        "public key of the evidence log, as you were given it",
        "事先取得的证据日志公钥",
    ),
    "cli.bundle_report_key": (
        "public key of whoever signs reports, as you were given it",
        "事先取得的报告签名公钥",
    ),
}
