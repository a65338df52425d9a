"""The README's key reference is what the program says. As a program, this file writes it anew."""

import sys

import launch

README = launch.ROOT / "README.md"
BEGIN, END = "<!-- keys: begin -->\n", "<!-- keys: end -->\n"


def with_keys(text: str) -> str:
    head, rest = text.split(BEGIN)
    return head + BEGIN + "\n" + launch.run_well("config", "reference").out + "\n" + END + rest.split(END)[1]


def test_every_key_is_in_the_readme(program):
    text = README.read_text()
    assert with_keys(text) == text, f"the key reference has drifted; run {sys.executable} tests/cli/test_readme.py"


if __name__ == "__main__":
    README.write_text(with_keys(README.read_text()))
