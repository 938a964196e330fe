"""The evidence log: how it does, keys, checkpoints, what witnesses are told."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    # how the log does
    "evidence_log.disk": (
        "nothing can be added to the evidence log; it catches up when the disk takes it again",
        "证据日志暂时无法写入；磁盘恢复后会自动补写",
    ),
    "evidence_log.corrupt": (
        (
            "the evidence log lacks leaves that a checkpoint covers; nothing is added to it."
            " Restore its folder from a backup"
        ),
        "证据日志缺少检查点已覆盖的条目，已停止写入；请从备份恢复该目录",
    ),
    "evidence_log.held": (
        "another process writes the evidence log",
        "证据日志正由另一进程写入",
    ),
    "evidence_log.evidence_unread": (
        "an hour of evidence cannot be read, so it is not in the log",
        "有一小时的证据无法读取，因此未写入日志",
    ),
    "evidence_log.no_algorithm": (
        "the OpenSSL of this Python has no SM3, so the evidence log cannot be kept",
        "本机 Python 所用的 OpenSSL 不支持 SM3，无法保存证据日志",
    ),
    "evidence_log.failed": (
        "the evidence log could not be kept; the log of the process says why",
        "证据日志未能写入，原因见程序日志",
    ),
    "evidence_log.key_missing": (
        (
            "the log key is gone. Leaves are added, but not signed: bring back log.key, which no"
            " backup of the store has"
        ),
        "日志密钥缺失：条目仍在追加，但无法签名；请恢复 log.key（存储备份中不含该文件）",
    ),
    "evidence_log.key_changed": (
        "log.key is another key than the one that carriers and auditors know (log.pub)",
        "log.key 与各方所持公钥（log.pub）不一致",
    ),
    "evidence_log.key_unreadable": (
        "the log key or its public half cannot be read",
        "日志密钥或其公钥无法读取",
    ),
    "evidence_log.key_unwritable": (
        "the log key cannot be written",
        "日志密钥无法写入",
    ),
    "evidence_log.key_open_to_others": (
        "others than its owner may read the log key: chmod 600 log.key",
        "日志密钥文件可被他人读取，请执行 chmod 600 log.key",
    ),
    "evidence_log.key_no_key": (
        "log.key holds no Ed25519 key",
        "log.key 中没有 Ed25519 密钥",
    ),
    "evidence_log.key_passphrase": (
        "log.key has a passphrase, which nobody types in at a restart; use one without",
        "log.key 设有口令，重启时无人输入；请使用无口令的密钥",
    ),
    "evidence_log.key_exists": (
        "a log key appeared while one was made",
        "生成日志密钥时已有另一密钥出现",
    ),
    "evidence_log.ledger_behind": (
        (
            "the ledger has fewer records than the evidence log, so one of them is of another time;"
            " nothing is added to the log. Restore both from one backup"
        ),
        "台账记录少于证据日志，两者不属同一时点，已停止写入日志；请从同一备份恢复二者",
    ),
    "evidence_log.origin_changed": (
        (
            "assessment.origin is another name than the log has (log.pub); a log has one name for"
            " ever, so nothing is signed"
        ),
        "assessment.origin 与日志已有名称（log.pub）不同；日志名称不可更改，因此不签名",
    ),
    "problem.bad_origin": (
        "must be a name without blanks and plus signs, at most 200 characters",
        "应为不含空白和加号的名称，最多 200 个字符",
    ),
    # witnesses
    "evidence_log.witness_behind": (
        "a witness was not given a day's checkpoint for more than a day; it is tried again",
        "有见证方超过一天未收到当日检查点，仍在重试",
    ),
    "witness.subject": (
        "Evidence log {origin}: checkpoint of {day}",
        "证据日志 {origin}：{day} 检查点",
    ),
    "witness.text": (
        (
            "This is the checkpoint of {day} of the evidence log {origin}, from which availability"
            " is computed. Please keep it. With it you can show later that nothing of the first"
            " {size} leaves was changed. Whoever countersigns it hands the file back."
        ),
        (
            "这是证据日志 {origin} 于 {day} 的检查点，可用率据此日志计算。请妥善保存：日后可凭此"
            "证明前 {size} 个条目未被改动。如需会签，请签名后交回文件。"
        ),
    ),
    "problem.bad_verifier": (
        "must be a public key in one word: name+hash+key, as `extranet sla key` prints it",
        "应为一行公钥（名称+哈希+密钥），即 extranet sla key 的输出",
    ),
    "problem.witness_stateful": (
        "this channel holds the state of alerts and takes no messages; choose smtp or webhook",
        "该通道只接收告警状态，不接收消息；请改用 smtp 或 webhook",
    ),
    # the command line
    "cli.sla_key": (
        "make a key that signs reports or countersigns checkpoints",
        "生成报告签名或检查点会签所用的密钥",
    ),
    "cli.sla_key_action": (
        "new: make the file; show: print the public half of one",
        "new：生成密钥文件；show：显示已有密钥的公钥",
    ),
    "cli.sla_key_file": ("file of the private key", "私钥文件"),
    "cli.sla_key_name": ("name of the signer, without blanks", "签名方名称，不含空白"),
    "cli.sla_key_witness": (
        "the public key of a witness, whose signatures have a time",
        "输出见证方公钥（其签名带时间）",
    ),
    "cli.sla_passphrase": (
        "file whose first line is the passphrase; else it is asked for",
        "首行为口令的文件；未指定时在终端询问",
    ),
    "cli.sla_log": (
        "check the evidence log, compare and countersign checkpoints",
        "校验证据日志，比对、会签检查点",
    ),
    "cli.sla_log_action": (
        (
            "verify: every byte; show: the newest checkpoint; compare FILE: is a checkpoint that"
            " was kept the beginning of the log; countersign FILE: sign one as a witness;"
            " cosign FILE: keep what a witness handed back"
        ),
        (
            "verify：校验全部内容；show：最新检查点；compare FILE：核对留存的检查点是否为日志开头；"
            "countersign FILE：以见证方身份会签；cosign FILE：保存见证方交回的会签"
        ),
    ),
    "cli.sla_log_file": (
        "a checkpoint, or a saved message with one",
        "检查点文件，或含检查点的已存邮件",
    ),
    "cli.sla_log_key": (
        "public key of the log, as log.pub has it; else the one beside the log is believed",
        "日志公钥（即 log.pub 的内容）；未指定时采用日志目录中的公钥",
    ),
    "cli.sla_log_witness_key": (
        "public key of the witness; else those of the configuration",
        "见证方公钥；未指定时采用配置中的公钥",
    ),
    "cli.sla_log_evidence": (
        "also every line of every hour, and every sealed day; takes long",
        "同时校验每小时的每行证据和每个日汇总（耗时较长）",
    ),
    "cli.sla_log_with": ("file of the witness's private key", "见证方私钥文件"),
    # what the log is found to be
    "log.checked": (
        "{leaves} leaves, {checkpoints} checkpoints, {covered} leaves covered by a good checkpoint",
        "条目 {leaves} 个，检查点 {checkpoints} 个，有效检查点覆盖 {covered} 个条目",
    ),
    "log.good": ("The log is whole.", "日志完整无误。"),
    "log.bad": ("The log is NOT what was written.", "日志与写入时不一致。"),
    "log.own_key": (
        (
            "checked with the key that lies beside the log: {key}. Compare it with the one that"
            " was handed out"
        ),
        "使用日志目录中的公钥校验：{key}。请与当初分发的公钥核对",
    ),
    "log.unsigned": ("nothing of the log was signed so far", "日志尚无任何检查点"),
    "log.more": ("... and {count} more: {what}", "……另有 {count} 处：{what}"),
    "log.found.leaf_differs": (
        "leaf {where}: other bytes than were written, or another hash",
        "条目 {where}：内容或哈希与写入时不同",
    ),
    "log.found.leaf_unknown": ("leaf {where}: is no leaf", "条目 {where}：不是合法条目"),
    "log.found.leaf_torn": ("leaf {where}: is not whole", "条目 {where}：不完整"),
    "log.found.leaves_missing": ("leaf {where} and later: are gone", "条目 {where} 起：缺失"),
    "log.found.hashes_missing": ("leaf {where}: its hashes are gone", "条目 {where}：哈希缺失"),
    "log.found.note_unreadable": (
        "checkpoint {where}: cannot be read",
        "检查点 {where}：无法读取",
    ),
    "log.found.note_torn": ("checkpoint {where}: is not whole", "检查点 {where}：不完整"),
    "log.found.note_unsigned": (
        "checkpoint {where}: has no good signature of the log's key",
        "检查点 {where}：没有日志密钥的有效签名",
    ),
    "log.found.note_origin": (
        "checkpoint {where}: is another log's",
        "检查点 {where}：属于另一日志",
    ),
    "log.found.note_beyond": (
        "checkpoint {where}: covers more leaves than there are",
        "检查点 {where}：覆盖的条目多于现有条目",
    ),
    "log.found.note_backwards": (
        "checkpoint {where}: covers fewer leaves than the one before",
        "检查点 {where}：覆盖的条目少于前一个检查点",
    ),
    "log.found.note_root": (
        "checkpoint {where}: another root than the leaves have",
        "检查点 {where}：根哈希与条目不符",
    ),
    "log.found.record_differs": (
        "record {where}: the ledger has something else",
        "记录 {where}：与台账不一致",
    ),
    "log.found.record_missing": (
        "record {where}: is in the ledger and not in the log",
        "记录 {where}：台账中有而日志中没有",
    ),
    "log.found.record_unknown": (
        "record {where}: is in the log and not in the ledger",
        "记录 {where}：日志中有而台账中没有",
    ),
    "log.hour_missing": (
        "the hour that begins at {hour} (UTC seconds): its evidence is gone",
        "自 {hour}（UTC 秒）起的一小时：证据缺失",
    ),
    "log.hour_differs": (
        "the hour that begins at {hour} (UTC seconds): its evidence is not what was logged",
        "自 {hour}（UTC 秒）起的一小时：证据与日志不符",
    ),
    "log.day_differs": (
        "{link}: the sums of the sealed day {day} are not what its evidence comes to",
        "{link}：{day} 的日汇总与当日证据不符",
    ),
    "log.is_beginning": (
        "The log of {now} leaves begins with the {size} leaves of this checkpoint.",
        "现有 {now} 个条目的日志以该检查点的 {size} 个条目开头。",
    ),
    "log.is_not_beginning": (
        (
            "The log of {now} leaves does NOT begin with the {size} leaves of this checkpoint:"
            " it was changed, or is another one."
        ),
        "现有 {now} 个条目的日志并不以该检查点的 {size} 个条目开头：日志已被改动，或不是同一日志。",
    ),
    "log.not_signed_by_log": (
        "the checkpoint has no good signature of the log's key",
        "该检查点没有日志密钥的有效签名",
    ),
    "log.not_ours": (
        "this is no checkpoint of this log: its text differs from each that was signed",
        "这不是本日志签发的检查点：内容与已签发的均不相同",
    ),
    "log.no_witness_key": (
        "no public key of a witness is known: --witness-key, or assessment.witnesses",
        "没有见证方公钥：请用 --witness-key 指定，或配置 assessment.witnesses",
    ),
    "log.no_countersignature": (
        "no signature in it is one of a known witness",
        "其中没有已知见证方的有效签名",
    ),
    "log.cosigned": ("kept: countersigned by {name}", "已保存：{name} 的会签"),
    "log.countersign_needs": (
        "countersign needs --with FILE, --name NAME and the log's --key",
        "countersign 需要 --with 私钥文件、--name 名称以及日志公钥 --key",
    ),
    "log.needs_file": ("this needs a FILE", "需要指定文件"),
    # notes and keys
    "note.too_large": ("too large for a checkpoint", "超过检查点的最大长度"),
    "note.not_a_note": ("is no signed note", "不是签名文本"),
    "note.bad_name": (
        "a name has no blanks and no plus signs",
        "名称不得为空，也不得含空白或加号",
    ),
    "note.bad_key": ("is no public key (name+hash+key)", "不是公钥（名称+哈希+密钥）"),
    "note.not_a_checkpoint": ("is no checkpoint", "不是检查点"),
    "key.exists": (
        "{path}: is there already; no key is written over",
        "{path}：已存在，不会覆盖任何密钥",
    ),
    "key.unwritable": ("{path}: cannot be written", "{path}：无法写入"),
    "key.unreadable": ("{path}: cannot be read", "{path}：无法读取"),
    "key.open_to_others": (
        "{path}: others than its owner may read it; chmod 600",
        "{path}：他人可读取，请执行 chmod 600",
    ),
    "key.no_key": ("{path}: holds no Ed25519 key", "{path}：不含 Ed25519 密钥"),
    "key.passphrase": (
        "{path}: the passphrase is wrong, missing, or not needed",
        "{path}：口令错误、缺失或不需要口令",
    ),
    "key.passphrase_prompt": ("Passphrase (empty = none): ", "口令（留空表示无）："),
    "key.passphrase_again": ("Once more: ", "请再次输入："),
    "key.passphrase_differs": ("the two are different", "两次输入不一致"),
}
