"""What goes wrong, told so that the person who reads it knows what to do."""

from __future__ import annotations


class DataPipelineError(Exception):
    """A job cannot go on.

    Attributes:
        code: Stable, machine-readable name.
        what: What happened.
        why: The fact behind it.
        next: What to do.
    """

    def __init__(self, code: str, what: str, why: str, next_step: str) -> None:
        super().__init__(f"{code}: {what} {why} {next_step}")
        self.code, self.what, self.why, self.next = code, what, why, next_step
