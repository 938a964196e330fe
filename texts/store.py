"""What can go wrong with the files of the store, and what to do."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "store.disk_full": (
        "{path}: the disk is full ({detail}). Nothing is lost; make room.",
        "{path}：磁盘已满（{detail}）。数据未丢失，请释放空间。",
    ),
    "store.disk_failed": (
        "{path}: the disk failed ({detail}). Nothing was half-written; check the disk.",
        "{path}：磁盘读写失败（{detail}）。没有写入一半的数据，请检查磁盘。",
    ),
    "store.locked": (
        "{path}: another program holds a lock ({detail}). It is tried again.",
        "{path}：被其他程序锁定（{detail}），将自动重试。",
    ),
    "store.read_only": (
        "{path}: may not be written ({detail}). Check its owner and how the disk is mounted.",
        "{path}：不可写（{detail}）。请检查文件属主和磁盘挂载方式。",
    ),
    "store.unopened": (
        "{path}: cannot be opened ({detail}). Check that it is there and whose it is.",
        "{path}：无法打开（{detail}）。请确认文件存在及其属主。",
    ),
    "store.held": (
        (
            "{path}: another monitor uses this store ({detail}). Stop it, or give this one its own"
            " store path."
        ),
        "{path}：另一个监测程序正在使用该存储目录（{detail}）。请先停止它，或为本程序另设目录。",
    ),
    "store.newer": (
        "{path}: made by a later version of this program ({detail}). Install that version.",
        "{path}：由更高版本的程序创建（{detail}）。请安装该版本。",
    ),
    "store.corrupt": (
        (
            "{path}: damaged ({detail}). Nothing was deleted. Restore a backup into an empty"
            " folder; or move the damaged file away to begin with an empty one."
        ),
        (
            "{path}：文件已损坏（{detail}）。未删除任何内容。请将备份恢复到空目录；或移走损坏的文件，"
            "以空文件重新开始。"
        ),
    ),
    "store.set_aside": (
        (
            "{path}: a damaged ledger was set aside ({detail}). Restore a backup into an empty"
            " folder; or move the damaged file away to begin with an empty ledger."
        ),
        (
            "{path}：损坏的台账已被隔离（{detail}）。请将备份恢复到空目录；或移走损坏的文件，"
            "以空台账重新开始。"
        ),
    ),
    "store.entry": (
        (
            "{path}: one entry cannot be written ({detail}); it is kept in memory and the others"
            " are written. This is a bug: please report it."
        ),
        "{path}：有一条记录无法写入（{detail}），已保留在内存中，其余照常写入。这是程序缺陷，请报告。",
    ),
    "store.failed": (
        "{path}: {detail}",
        "{path}：{detail}",
    ),
    "store.wrong_key": (
        "{path}: sealed with another key ({detail}). Read it with the key it was written with.",
        "{path}：由另一密钥加密（{detail}）。请使用写入时的密钥读取。",
    ),
    "store.not_empty": (
        "{path}: is not empty. A backup is restored into an empty folder only.",
        "{path}：目录不为空。备份只能恢复到空目录。",
    ),
    "store.not_a_backup": (
        "{path}: is not a backup of this program ({detail}).",
        "{path}：不是本程序的备份文件（{detail}）。",
    ),
    "store.damaged": (
        "{path}: does not hold what its manifest says; wrong: {detail}. Nothing was restored.",
        "{path}：内容与清单不符，有误的文件：{detail}。未恢复任何内容。",
    ),
    "store.differs": (
        (
            "{path}: kept again, this hour of evidence would be something else. What was kept first"
            " stays. Find out what changed in the ledger, the history or the inventory."
        ),
        "{path}：重新生成的该小时证据与已保存的不同，保留最先保存的内容。请查明数据有何变化。",
    ),
}
