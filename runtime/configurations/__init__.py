"""Configurations of network gear: how old each copy is, what changed, and who is told.

Fetched and masked in the SSH process (`job.py`), compared with announced work here.
"""
