"""Backups, reports of jobs, replicas: why a check went as it did, and what a job is answered."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    # reports of jobs
    "wire.reason.beat_awaited": (
        "the job has not reported yet; it is not due",
        "作业尚未上报；未到应报时间",
    ),
    "wire.reason.beat_missing": (
        "the job has never reported",
        "作业从未上报",
    ),
    "wire.reason.beat_late": (
        "the job's last report is too old: it did not run, or cannot reach the monitor",
        "作业上报超期：未运行，或无法访问监控系统",
    ),
    "wire.reason.beat_ahead": (
        "the job's last report lies in the future: the monitor's clock was wrong; the next counts",
        "作业上次上报时间在未来：监控系统时钟曾有误；以下一次上报为准",
    ),
    "wire.reason.beat_unheard": (
        "the job was due while the monitor did not run; the next report counts",
        "作业应报时监控系统未运行；以下一次上报为准",
    ),
    "wire.reason.beats_closed": (
        "reports are known to the running monitor only; look at its page",
        "上报记录仅由运行中的监控系统掌握；请看其页面",
    ),
    "wire.reason.job_failed": (
        "the job reports that it failed",
        "作业自报失败",
    ),
    # backup sets
    "wire.reason.backup_missing": (
        "no backup is there",
        "未找到备份",
    ),
    "wire.reason.backup_too_old": (
        "the newest backup is older than the recovery point objective allows",
        "最新备份已超过 RPO 允许的时间",
    ),
    "wire.reason.backup_too_small": (
        "the newest backup is smaller than it can be",
        "最新备份小于最小允许大小",
    ),
    "wire.reason.backup_shrunk": (
        "the newest backup is much smaller than the one before",
        "最新备份比上一份明显变小",
    ),
    "wire.reason.backup_unread": (
        "the report on backups cannot be read, or lacks what is asked for",
        "备份状态报告无法解析，或缺少所需字段",
    ),
    "wire.reason.clock_ahead": (
        "the time told lies in the future: a clock is wrong",
        "所报时间在未来：时钟有误",
    ),
    "wire.reason.clock_unknown": (
        "the monitor does not know the time",
        "监控系统时间未知",
    ),
    # replicas
    "wire.reason.replica_behind": (
        "the replica lags further behind than the recovery point objective allows",
        "复制延迟超过 RPO 允许值",
    ),
    "wire.reason.replica_stopped": (
        "no lag is told: replication does not run",
        "未报告复制延迟：复制已停止",
    ),
    "wire.reason.replica_unread": (
        "the lag that was told cannot be read",
        "复制延迟无法解析",
    ),
    # a folder by SFTP
    "wire.reason.folder_missing": (
        "the host has no such folder",
        "主机上没有该目录",
    ),
    "wire.reason.folder_refused": (
        "the login may not read the folder",
        "该登录用户无权读取目录",
    ),
    "wire.reason.no_sftp": (
        "the host gives this login no SFTP",
        "主机未向该登录用户提供 SFTP",
    ),
    # options
    "problem.two_sources": (
        "it names two sources; one is enough",
        "指定了两个来源；只需一个",
    ),
    "problem.bad_pointer": (
        "not a JSON pointer (RFC 6901), such as /sets/0/time",
        "不是 JSON 指针（RFC 6901），例如 /sets/0/time",
    ),
    # what a job is answered
    "api.unknown_beat": (
        "no job has this token",
        "没有使用该令牌的作业",
    ),
    "api.too_many_beats": (
        "too many reports; try again in {retry_after} s",
        "上报过于频繁；请在 {retry_after} 秒后重试",
    ),
    "api.beats_busy": (
        "reports cannot be taken now; try again in {retry_after} s",
        "暂时无法接收上报；请在 {retry_after} 秒后重试",
    ),
    "api.beats_not_kept": (
        "the report could not be kept; try again in {retry_after} s",
        "上报未能保存；请在 {retry_after} 秒后重试",
    ),
}
