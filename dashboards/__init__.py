"""What Grafana shows.

One public file is one dashboard; `built/` holds the JSON. Metrics are named through the catalogue,
never by string.
"""
