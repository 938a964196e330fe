"""The survey: each device read whole once in a while, and compared with what is declared.

Reading is done in a process of its own; comparing is pure (`drift.py`, `stations.py`).
"""
