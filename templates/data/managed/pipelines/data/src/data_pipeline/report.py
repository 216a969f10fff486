"""What the validation found, for people, for the state machine and for CloudWatch."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Problem:
    """Why a delivery is refused.

    Attributes:
        check: "columns", "rows", "nulls", "rejected" or "duplicates".
        what: What is wrong, with the figure and its limit.
    """

    check: str
    what: str


@dataclass(frozen=True)
class Report:
    """What the validation of one delivery found.

    Attributes:
        dataset: Its name.
        subject: By which name its metrics are known in CloudWatch.
        ingest: Id of the delivery.
        rows: Rows that were delivered.
        rejected: Rows that broke a rule for rows.
        duplicates: Accepted rows that repeat another one's key.
        reasons: Reason -> rows that were rejected for it.
        null_shares: Column -> share of rows without a value.
        unexpected: Columns that the contract does not name; they are left out.
        problems: Why the delivery is refused; empty where it passed.
    """

    dataset: str
    subject: str
    ingest: str
    rows: int
    rejected: int
    duplicates: int
    reasons: dict[str, int]
    null_shares: dict[str, float]
    unexpected: tuple[str, ...]
    problems: tuple[Problem, ...]

    @property
    def passed(self) -> bool:
        """Return whether the good rows go on."""
        return not self.problems

    def to_json(self) -> str:
        """Return the report; `metrics` is what PutMetricData takes, untranslated."""
        content = {
            **asdict(self),
            "passed": self.passed,
            "summary": "; ".join(problem.what for problem in self.problems) or "passed",
            "metrics": [
                {
                    "MetricName": name,
                    "Dimensions": [{"Name": "Dataset", "Value": self.subject}],
                    "Value": float(value),
                    "Unit": unit,
                }
                for name, value, unit in self._metrics()
            ],
        }
        return json.dumps(content, indent=2, sort_keys=True)

    def _metrics(self) -> list[tuple[str, float, str]]:
        return [
            ("Rows", self.rows, "Count"),
            ("RejectedRows", self.rejected, "Count"),
            ("DuplicateRows", self.duplicates, "Count"),
            ("RejectedShare", self.rejected / max(self.rows, 1) * 100, "Percent"),
            ("LargestNullShare", max(self.null_shares.values(), default=0) * 100, "Percent"),
            ("DeliveryRefused", float(not self.passed), "Count"),
        ]
