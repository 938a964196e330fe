"""When, and in what order: clock, schedule, runner, pipeline, wiring, command line.

Imports everybody; nobody imports it.
"""
