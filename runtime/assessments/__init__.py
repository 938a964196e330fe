"""What people and the monitor say about an assessment: rules, overlays, causes, tickets, scores.

Acts are checked here and appended to the record book; the figures come from `sla`. Imports the
runtime's core and `evidence`; add a kind of act as a file and a port in `api/`.
"""
