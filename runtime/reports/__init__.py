"""Reports: made in a process of their own, kept on a shelf, settled, served, disputed.

A format is a file in `sla/renderers/`, not here.
"""
