"""Parts of prepare.py: text to tokenised HDF5 shards (schema tartan.examples)."""

VERSION = "0.1.0"
