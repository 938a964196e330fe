"""When, and in what order: clock, schedule, runner, pipeline, wiring.

The files here are the loop and what every part of it needs; a folder below is one subject beside it
(`ssh`, `traps`, `surveys`, `services`, `configurations`, `evidence`, `assessments`, `reports`), the
sections of `monitor.yaml` (`sections`) or the command line (`commands`). Begin with `monitor.py`,
which wires all of it in reading order, and `pipeline.py`, the path of one observation.

Imports everybody; nobody imports it.
"""
