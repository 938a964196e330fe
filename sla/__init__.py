"""What it adds up to: states, periods, outages, overlays, availability. Pure: time is an argument.

Imports `inventory` and `metrics`; knows no alert, collector or store. Formats nothing outside
`renderers/`.
"""
