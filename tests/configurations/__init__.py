"""Configurations of devices, from what a terminal showed to the alert."""
