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
}
