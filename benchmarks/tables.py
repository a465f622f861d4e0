"""Tables that are Markdown too."""

from __future__ import annotations


def print_table(title: str, head: list[str], rows: list[list[str]]) -> None:
    """Print a title and a table."""
    lines = [head, ["---"] * len(head), *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    print(f"{title}\n")
    for line in lines:
        print("| " + " | ".join(map(str.ljust, line, widths)) + " |")
    print(flush=True)
