"""What --clusters tells at the end: each cluster's size and words, and the sections of a configuration."""

import re

from .cluster_rows import ClusteredRows
from .options import Options


def cluster_table(rows: ClusteredRows) -> str:
    total = sum(rows.sizes)
    lines = [["cluster", "texts", "share", "words that name it"]]
    lines += [[str(number), f"{size:,}", f"{size / total:.1%}", " ".join(words)]
              for number, (size, words) in enumerate(zip(rows.sizes, rows.words))]
    widths = [max(len(line[column]) for line in lines) for column in range(3)]
    return "\n".join("  ".join([*(cell.rjust(width) for cell, width in zip(line, widths)), line[3]]) for line in lines)


def task_sections(options: Options, rows: ClusteredRows) -> str:
    """Ready for a configuration: every cluster is an auxiliary task, and gets a weight, of its own."""
    name = re.sub(r"[^A-Za-z0-9_-]", "_", options.output.absolute().name)
    return "\n\n".join(f"[task.{name}-{number}]\n# {rows.sizes[number]:,} texts: {' '.join(rows.words[number])}\n"
                     f"objective = mlm\ndata = {path}" for number, path in enumerate(options.outputs))
