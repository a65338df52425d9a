"""Parts of sweep.py: many runs on one machine (local), and what they say together (collect)."""
