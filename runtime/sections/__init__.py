"""The sections of `monitor.yaml`, one file each; `runtime/config.py` puts them together.

Forms only, checked by pydantic; imported by whoever is configured. Add one here and there.
"""
