"""What was heard: the catalogue of metrics, observations, counters to rates. No I/O.

Imports `inventory`. May be imported by everybody but `inventory`. To add a metric: one line in
`catalogue.py`.
"""
