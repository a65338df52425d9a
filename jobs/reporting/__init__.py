"""Parts of report.py: finished, interrupted and running runs to one HTML page."""
