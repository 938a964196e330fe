"""SSH for the monitor: turns, and a process of its own in which all of its threads are.

Collectors see a wire; only this folder knows of the process. A new kind of job is a line in
`jobs.py`.
"""
