"""Every sentence a user reads, English and zh-CN, by code. Imports nothing of ours.

One file per subject with `TEXTS: dict[code, (english, chinese)]`; `say.py` finds them by folder.
"""
