"""New data against trusted data: each check has a test of chance and a size that matters.

With many rows every difference is significant, with few rows every one is large: a finding needs
both. The chance of any false alarm in a whole comparison is ALARM at most, shared out over all
tests by Bonferroni's correction.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from ..tables import Columns
from .profile import LEVELS, Profile, is_nearly_constant

# Chance of a false alarm, over all tests of a comparison.
ALARM = 1e-3

# Kolmogorov-Smirnov distance (0 to 1) from which on a shift matters: a tenth of all rows lies
# elsewhere. Percentiles know the distribution to 0.01 only, which is taken off before the test.
KS_DISTANCE = 0.1
KS_RESOLUTION = 0.01

# Population stability index above which a population counts as changed. Source: Siddiqi, "Credit
# Risk Scorecards" (2006). By chance it is about chi squared times (1/n + 1/m): Yurdakul and
# Naranjo, "Statistical properties of the population stability index" (2020).
# Ten bins are usual; a share of 0 would make its logarithm infinite, so none is below the floor.
PSI = 0.25
PSI_BINS = 10
PSI_FLOOR = 1e-4

# Change of a rank correlation that matters; its standard error after Fisher's transformation is
# sqrt(1.06 / (n - 3)): Fieller, Hartley and Pearson (1957).
CORRELATION = 0.2
SPEARMAN_VARIANCE = 1.06

# Shares (fractions of all rows) by which missing values, repeated rows, unknown categories, class
# shares and rows that disagree with their neighbours may grow. Chosen, and tried by the tests on
# real data: poisoned, and drawn anew.
MISSING_SHARE = 0.05
DUPLICATE_SHARE = 0.01
UNKNOWN_SHARE = 0.01
CLASS_SHARE = 0.05
DISAGREEING_SHARE = 0.03

# Where rows repeat anyway (coarse columns), more rows repeat more: nothing follows from it.
NATURAL_DUPLICATES = 0.05

# A value this many ranges beyond the trusted range is wrong, however rare; for columns that hardly
# vary, whose range says little, this many times their largest value (or 1).
GROSS_RANGES = 3.0
GROSS_RANGES_OF_CONSTANTS = 100.0

# Rows beside the baseline's: less looks cut off, more looks filled up.
ROWS_RATIO = (0.5, 10.0)


@dataclass(frozen=True)
class Finding:
    """One way in which the new data is not like the trusted.

    Attributes:
        check: Name of the check.
        column: Column that it is about, or "" for the whole channel.
        value: What was measured.
        limit: From where on it is a finding.
        text: One sentence for people.
    """

    check: str
    column: str
    value: float
    limit: float
    text: str

    def to_json(self) -> dict[str, Any]:
        """Return the finding as it is written to validation.json."""
        return asdict(self)


def compare(trusted: Profile, new: Profile, numbers: Columns) -> list[Finding]:
    """Return all findings; none means that the new data may be trained on.

    Args:
        trusted: The baseline.
        new: The new channel's profile.
        numbers: What can be measured of the new rows, by `measures`.
    """
    if changed := list(_columns(trusted, new)):
        return changed  # Nothing else can be compared.
    # Two tests for each numeric column, three for each of the others, and one for each pair.
    tests = 4 * len(new.kinds) + len(new.correlations) + 4
    chance = ALARM / tests
    return [
        *_rows(trusted, new, chance),
        *_missing(trusted, new, chance),
        *_numbers(trusted, numbers, chance),
        *_categories(trusted, new, chance),
        *_correlations(trusted, new, chance),
        # The one check of what no column shows by itself: it must not drown in their number.
        *_labels(trusted, new, ALARM),
    ]


def _columns(trusted: Profile, new: Profile) -> Iterator[Finding]:
    for name in {**trusted.kinds, **new.kinds}:
        was, now = trusted.kinds.get(name, "absent"), new.kinds.get(name, "absent")
        if was != now:
            yield Finding("columns", name, 1, 0, f"{name} was {was} and is {now}.")
    if trusted.classes != new.classes:
        texts = (", ".join(classes[:20]) for classes in (trusted.classes, new.classes))
        yield Finding("classes", "", 1, 0, "The classes were {} and are {}.".format(*texts))


def _rows(trusted: Profile, new: Profile, chance: float) -> Iterator[Finding]:
    ratio = new.rows / trusted.rows
    if not ROWS_RATIO[0] <= ratio <= ROWS_RATIO[1]:
        limit = ROWS_RATIO[0] if ratio < 1 else ROWS_RATIO[1]
        text = f"There are {new.rows} rows; the baseline has {trusted.rows}."
        yield Finding("rows", "", ratio, limit, text)
    grown = new.duplicates - trusted.duplicates
    if (
        trusted.duplicates <= NATURAL_DUPLICATES
        and grown > DUPLICATE_SHARE
        and _more(trusted, new, trusted.duplicates, new.duplicates) < chance
    ):
        text = f"{new.duplicates:.1%} of the rows repeat another; {trusted.duplicates:.1%} did."
        yield Finding("duplicates", "", grown, DUPLICATE_SHARE, text)


def _missing(trusted: Profile, new: Profile, chance: float) -> Iterator[Finding]:
    for name, share in new.missing.items():
        grown = share - trusted.missing[name]
        if grown > MISSING_SHARE and _more(trusted, new, trusted.missing[name], share) < chance:
            text = f"{share:.1%} of {name} are missing; {trusted.missing[name]:.1%} were."
            yield Finding("missing", name, grown, MISSING_SHARE, text)


def _numbers(trusted: Profile, numbers: Columns, chance: float) -> Iterator[Finding]:
    for name, percentiles in trusted.percentiles.items():
        values = np.sort(numbers[name][~np.isnan(numbers[name])])
        if not percentiles or not len(values):
            continue
        known = np.asarray(percentiles)
        before = trusted.rows * (1 - trusted.missing.get(name, 0.0))
        yield from _range(name, known, before, values, chance)
        yield from _distribution(name, known, before, values, chance)


def _range(
    name: str, known: NDArray[Any], before: float, values: NDArray[Any], chance: float
) -> Iterator[Finding]:
    low, high = float(known[0]), float(known[-1])
    reach = GROSS_RANGES * (high - low)
    if is_nearly_constant(known.tolist()):
        reach = GROSS_RANGES_OF_CONSTANTS * max(abs(low), abs(high), 1.0)
    gross = values[(values < low - reach) | (values > high + reach)]
    if len(gross):
        text = f"{len(gross)} values of {name} are absurd: {gross[0]:g} where the trusted ones go "
        yield Finding("range", name, len(gross), 0, text + f"from {low:g} to {high:g}.")
        return
    # If both came from one source, the chance that the k largest of all rows are new ones is about
    # (new / all) ** k.
    share = len(values) / (len(values) + before)
    beyond = max(int((values < low).sum()), int((values > high).sum()))
    limit = float(np.ceil(np.log(chance) / np.log(share)))
    if beyond >= limit:
        text = f"{beyond} values of {name} are beyond {low:g} to {high:g}."
        yield Finding("range", name, beyond, limit, text)


def _distribution(
    name: str, known: NDArray[Any], before: float, values: NDArray[Any], chance: float
) -> Iterator[Finding]:
    points = np.unique(np.concatenate([known, values]))
    distances = np.abs(_known_share(known, points) - _share(values, points))
    distance = float(distances.max())
    size = before * len(values) / (before + len(values))
    tested = max(0.0, distance - KS_RESOLUTION)
    if distance > KS_DISTANCE and stats.kstwobign.sf(np.sqrt(size) * tested) < chance:
        text = f"{name} is distributed differently (Kolmogorov-Smirnov distance {distance:.2f})."
        yield Finding("distribution", name, distance, KS_DISTANCE, text)
        return
    edges = np.unique(known[10:100:10])
    expected, actual = (
        np.diff(np.concatenate([[0.0], shares, [1.0]]))
        for shares in (_known_share(known, edges), _share(values, edges))
    )
    expected, actual = np.maximum(expected, PSI_FLOOR), np.maximum(actual, PSI_FLOOR)
    index = float(((actual - expected) * np.log(actual / expected)).sum())
    limit = max(PSI, float(stats.chi2.isf(chance, PSI_BINS - 1)) / size)
    if index > limit:
        text = f"{name} is distributed differently (population stability index {index:.2f})."
        yield Finding("stability", name, index, limit, text)


def _known_share(known: NDArray[Any], points: NDArray[Any]) -> NDArray[np.float64]:
    counted = np.searchsorted(known, points, side="right")
    shares: NDArray[np.float64] = np.maximum(counted - 1, 0) / (len(LEVELS) - 1)
    return shares


def _share(values: NDArray[Any], points: NDArray[Any]) -> NDArray[np.float64]:
    shares: NDArray[np.float64] = np.searchsorted(values, points, side="right") / len(values)
    return shares


def _categories(trusted: Profile, new: Profile, chance: float) -> Iterator[Finding]:
    for name, counts in new.counts.items():
        before = trusted.counts[name]
        total, total_before = sum(counts.values()), sum(before.values())
        if not total or not total_before:
            continue
        unknown = sum(count for value, count in counts.items() if value not in before)
        chance_of_unknown = stats.fisher_exact(
            [[unknown, total - unknown], [0, total_before]], "greater"
        ).pvalue
        if unknown / total > UNKNOWN_SHARE and chance_of_unknown < chance:
            text = f"{unknown / total:.1%} of {name} have values that were not there before."
            yield Finding("categories", name, unknown / total, UNKNOWN_SHARE, text)
        names = sorted({*counts, *before})
        shares = [(counts.get(one, 0) / total, before.get(one, 0) / total_before) for one in names]
        moved, one = max(
            (abs(now - was), one) for (now, was), one in zip(shares, names, strict=True)
        )
        pair = [[table.get(one, 0) for one in names] for table in (counts, before)]
        if len(names) > 1 and moved > CLASS_SHARE and stats.chi2_contingency(pair).pvalue < chance:
            text = f'"{one}" of {name} was {before.get(one, 0) / total_before:.1%} of the rows '
            text += f"and is {counts.get(one, 0) / total:.1%}."
            yield Finding("shares", name, moved, CLASS_SHARE, text)


def _correlations(trusted: Profile, new: Profile, chance: float) -> Iterator[Finding]:
    limit = float(stats.norm.isf(chance / 2))
    if min(trusted.rows, new.rows) <= 3:
        return
    error = np.sqrt(SPEARMAN_VARIANCE * (1 / (trusted.rows - 3) + 1 / (new.rows - 3)))
    moved: dict[str, tuple[float, float, float]] = {}
    for pair, now in new.correlations.items():
        was = trusted.correlations.get(pair)
        if was is None or abs(now - was) <= CORRELATION:
            continue
        ends = np.arctanh(np.clip([now, was], -0.999, 0.999))
        if abs(ends[0] - ends[1]) / error > limit:
            moved[pair] = (abs(now - was), was, now)
    if moved:
        pair = max(moved, key=lambda one: moved[one][0])
        size, was, now = moved[pair]
        first, _, second = pair.partition("|")
        text = f"{first} and {second} belonged together by {was:.2f} and do by {now:.2f}"
        text += f" (rank correlation); so {len(moved)} pairs of columns." * (len(moved) > 1)
        yield Finding("correlation", first, size, CORRELATION, text.rstrip(".") + ".")


def _labels(trusted: Profile, new: Profile, chance: float) -> Iterator[Finding]:
    was, now = trusted.labels, new.labels
    if was is None or now is None:
        return
    if was.residuals and now.residuals:
        ends = [np.asarray(one.residuals) for one in (was, now)]
        points = np.unique(np.concatenate(ends))
        known, found = (_known_share(one, points) for one in ends)
        distance = float(np.abs(known - found).max())
        size = was.rows * now.rows / (was.rows + now.rows)
        tested = max(0.0, distance - 2 * KS_RESOLUTION)
        if distance > KS_DISTANCE and stats.kstwobign.sf(np.sqrt(size) * tested) < chance:
            text = "Targets differ from those of the rows nearest to them otherwise than before "
            text += f"(Kolmogorov-Smirnov distance {distance:.2f})."
            yield Finding("labels", "", distance, KS_DISTANCE, text)
        return
    shares = was.disagreeing / was.rows, now.disagreeing / now.rows
    table = [
        [now.disagreeing, now.rows - now.disagreeing],
        [was.disagreeing, was.rows - was.disagreeing],
    ]
    if (
        shares[1] - shares[0] > DISAGREEING_SHARE
        and stats.fisher_exact(table, "greater").pvalue < chance
    ):
        text = f"{shares[1]:.1%} of the rows disagree with the rows nearest to them; "
        text += f"{shares[0]:.1%} did. Look at rows {', '.join(map(str, now.suspects[:10]))}."
        yield Finding("labels", "", shares[1] - shares[0], DISAGREEING_SHARE, text)


def _more(trusted: Profile, new: Profile, was: float, now: float) -> float:
    """Return the chance that the share grew from `was` to `now` by accident (Fisher's test)."""
    counts = [(round(share * rows), rows) for share, rows in ((now, new.rows), (was, trusted.rows))]
    table = [[count, rows - count] for count, rows in counts]
    return float(stats.fisher_exact(table, "greater").pvalue)
