r"""A table for a paper. It needs \usepackage{booktabs} and nothing else; the notes become its caption, the commands comments."""

import re

from .cells import cells, columns
from .notes import notes
from .row_commands import told
from .rows import Table

ESCAPES = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "±": r"$\pm$", "−": r"$-$", "×": r"$\times$", "–": "--", "’": "'", "√": r"$\surd$",
}  # fmt: skip
LEFT = 1  # columns that hold names


def latex_form(table: Table) -> str:
    of = columns(table)
    names = LEFT + len(table.crossed_keys)
    rows = [" & ".join(escape(cell) for cell in cells(row, of)) + r" \\" for row in table.rows]
    head = " & ".join(escape(column.head) for column in of) + r" \\"
    return "\n".join([
        r"\begin{table}", r"\centering", r"\small",
        rf"\begin{{tabular}}{{{'l' * names}{'r' * (len(of) - names)}}}",
        r"\toprule", head, r"\midrule", *rows, r"\bottomrule", r"\end{tabular}",
        rf"\caption{{{escape(' '.join(notes(table)))}}}", r"\end{table}",
        *(f"% {line}" for told_line in told(table) for line in told_line.splitlines()),
    ]) + "\n"  # fmt: skip


def escape(text: str) -> str:
    """Whatever a name may hold, as LaTeX prints it; what 8-bit fonts lack becomes a question mark."""
    whole = "".join(ESCAPES.get(letter, letter) for letter in text)
    return re.sub(r"[^\x20-\x7e]", "?", whole)
