"""Which of the candidates is kept: a pure function of what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .latency import PLAIN, Latency
from .settings import OptimiseSettings

# What a loss of accuracy is counted in: both are shares, and higher is better.
DECIDING_METRIC = {"classification": "accuracy", "regression": "r2"}


@dataclass(frozen=True)
class Candidate:
    """One form of the model, measured.

    Attributes:
        name: "plain", or how it was made.
        bytes: Size of its file.
        latency: Of one call.
        score: The deciding metric on the validation channel.
    """

    name: str
    bytes: int
    latency: Latency
    score: float


@dataclass(frozen=True)
class Decision:
    """What is kept, and why not the others.

    Attributes:
        kept: Name of the candidate that is kept.
        reason: One sentence.
        verdicts: Candidate name to what the gate says of it.
    """

    kept: str
    reason: str
    verdicts: dict[str, str]


def decide(candidates: Sequence[Candidate], settings: OptimiseSettings) -> Decision:
    """Keep the fastest of those that pass the gate, or the plain model where none does.

    Args:
        candidates: All that were measured; "plain" is among them.
        settings: The gate.
    """
    plain = next(one for one in candidates if one.name == PLAIN)
    others = [one for one in candidates if one.name != PLAIN]
    problems = {one.name: _problems(one, plain, settings) for one in others}
    passed = [one for one in others if not problems[one.name]]
    verdicts = {name: "; ".join(found) or "passes" for name, found in problems.items()}
    if not passed:
        wanted = f"{settings.min_latency_reduction:.0%} lower latency"
        wanted += f" for at most {settings.max_accuracy_drop:g} of accuracy"
        return Decision(PLAIN, f"The plain model is kept: no candidate gives {wanted}.", verdicts)
    best = min(passed, key=lambda one: (one.latency.ratio, one.bytes))
    return Decision(
        best.name,
        f"{best.name} is kept: {1 - best.latency.ratio:.0%} lower latency, "
        f"{plain.score - best.score:.4f} less accuracy.",
        verdicts,
    )


def _problems(one: Candidate, plain: Candidate, settings: OptimiseSettings) -> list[str]:
    problems = []
    reduction, drop = 1 - one.latency.ratio, plain.score - one.score
    # Written so that a NaN does not pass.
    if not reduction >= settings.min_latency_reduction:
        problems.append(f"latency {-reduction:+.0%}, not {-settings.min_latency_reduction:+.0%}")
    if not drop <= settings.max_accuracy_drop:
        problems.append(f"loses {drop:.4f}, more than {settings.max_accuracy_drop:g}")
    return problems
