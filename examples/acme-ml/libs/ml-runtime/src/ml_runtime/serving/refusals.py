"""Why a request is refused: a status, a code, a reason, and the problems of its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

# Problems listed in one answer; all are counted.
LISTED_PROBLEMS = 50


class RequestRefused(Exception):
    """A request that gets a 4xx, or 503 and 507 where there is no room for it.

    Args:
        status: HTTP status.
        code: Stable identifier, in lower case with underscores.
        reason: One sentence for people.
        problems: Row by row, where the body could be parsed.
        headers: Of the answer, e.g. allow.

    Attributes:
        status: As given, and so are the other four.
    """

    def __init__(
        self,
        status: int,
        code: str,
        reason: str,
        problems: Problems | None = None,
        headers: Sequence[tuple[str, str]] = (),
    ) -> None:
        super().__init__(reason)
        self.status, self.code, self.reason, self.problems = status, code, reason, problems
        self.headers = headers

    def body(self) -> dict[str, Any]:
        """Return the JSON answer."""
        error: dict[str, Any] = {"code": self.code, "reason": self.reason}
        if self.problems is not None:
            error |= {"problems": self.problems.listed, "problemCount": self.problems.count}
        return {"error": error}


@dataclass
class Problems:
    """Problems of a body's rows; the first 50 are kept, all are counted.

    Attributes:
        listed: {"row" from 1, "column", "reason"}; without a row it is about the body as a whole.
        count: How many there are.
    """

    listed: list[dict[str, Any]] = field(default_factory=list)
    count: int = 0

    def add(self, row: int | None, column: str | None, reason: str) -> None:
        """Add a problem; rows count from 1, None is the body as a whole."""
        self.count += 1
        if len(self.listed) < LISTED_PROBLEMS:
            place = {"row": row, "column": column[:100] if column is not None else None}
            self.listed.append(
                {k: v for k, v in place.items() if v is not None} | {"reason": reason}
            )

    def extend(self, others: Problems, rows: int) -> None:
        """Add the problems of a later part of the body, which `rows` rows come before."""
        self.count += others.count
        for problem in others.listed[: LISTED_PROBLEMS - len(self.listed)]:
            moved = {"row": problem["row"] + rows} if "row" in problem else {}
            self.listed.append(problem | moved)

    def refuse_any(self) -> None:
        """Refuse the body if there is a problem.

        Raises:
            RequestRefused: 422 with the problems.
        """
        if self.count:
            noun = "problem" if self.count == 1 else "problems"
            reason = f"The body has {self.count} {noun} against the model's schema."
            raise RequestRefused(422, "rows_refused", reason, self)
