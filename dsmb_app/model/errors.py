"""The two kinds of error: the world's (a Refusal, told to the reader) and ours (any other exception)."""

from __future__ import annotations


class Refusal(Exception):  # noqa: N818 - it is an answer to the reader, not a fault of the program
    """Input that is not used, with the sentence a reader needs: where, what is wrong, what to do next.

    ``code`` is stable across versions and unique to one reason; logs carry it instead of the sentence, because a
    sentence may quote data. ``row`` counts data rows from 1, as a spreadsheet without its header line would.
    """

    def __init__(self, code: str, what: str, todo: str, *, file: str | None = None, row: int | None = None) -> None:
        self.code = code
        self.what = what
        self.todo = todo
        self.file = file
        self.row = row
        super().__init__(self.sentence())

    def __reduce__(self) -> tuple[object, ...]:
        """Let a refusal travel from a child process, which an exception with several arguments cannot by default."""
        return (_rebuilt, (self.code, self.what, self.todo, self.file, self.row))

    def sentence(self) -> str:
        """Return one line: ``ae.xpt, row 17: <what> <todo> [CODE]``."""
        where = ", row ".join(part for part in (self.file, f"{self.row}" if self.row else None) if part)
        return on_one_line(f"{where + ': ' if where else ''}{self.what} {self.todo} [{self.code}]")


def on_one_line(text: str) -> str:
    """Return a text as a terminal may get it: a sign that breaks the line, or commands the terminal, becomes "?".

    Names of files and columns come from others, and may hold such signs.
    """
    return "".join(char if char.isprintable() or char == "\xa0" else "?" for char in text)


def _rebuilt(code: str, what: str, todo: str, file: str | None, row: int | None) -> Refusal:
    return Refusal(code, what, todo, file=file, row=row)
