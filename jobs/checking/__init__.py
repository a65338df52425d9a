"""Planted problems on real text: jobs/checks.py."""
