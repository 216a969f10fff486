"""`validate`: the train channel against the trusted baseline, and quarantine where it fails."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from ..data.channels import channel_digest, read_channel, read_channel_schema
from ..digests import file_digest
from ..errors import DataError, QuarantineError, joined
from ..layout import ContainerLayout, write_report
from ..whole_files import copy_whole
from .checks import Finding, compare
from .profile import make_profile, measures, read_profile

# What is compared; the trusted profile beside a model's code; the new one and the report, in
# output/data.
CHANNEL = "train"
BASELINE_FILE = "baseline.json"
CANDIDATE_FILE = "profile.json"
REPORT_FILE = "validation.json"


def find_baseline(layout: ContainerLayout, code: Path, named: Path | None) -> Path | None:
    """Return the trusted baseline: `named`, the channel "baseline", or the code's baseline.json.

    Args:
        layout: Where the channels lie.
        code: The model's folder.
        named: A file that somebody named, or None.

    Returns:
        None where there is none.

    Raises:
        DataError: `named` is not there.
    """
    if named is not None and not named.is_file():
        raise DataError(
            "baseline-absent",
            f"There is no baseline at {named}.",
            "--baseline names the profile that is trusted.",
            "Correct the path, or leave it out for the first data.",
        )
    places = [named, layout.channel("baseline") / CANDIDATE_FILE, code / BASELINE_FILE]
    return next((place for place in places if place is not None and place.is_file()), None)


def validate(layout: ContainerLayout, baseline: Path | None) -> dict[str, Any]:
    """Compare the train channel with the baseline, and report.

    Writes output/data/profile.json (the candidate for the next baseline) and
    output/data/validation.json. Data that fails is moved to quarantine/<digest>/, where no training
    finds it.

    Args:
        layout: Where the channel lies.
        baseline: The trusted profile, or None: the data then passes, and the report says that
            nothing was compared.

    Returns:
        The report.

    Raises:
        QuarantineError: The data is not like the trusted; the report and the move are done.
        DataError: The channel or the baseline cannot be read.
    """
    layout.output_data.mkdir(parents=True, exist_ok=True)
    schema = read_channel_schema(layout)
    table = read_channel(layout, CHANNEL, schema)
    digest = channel_digest(layout, (CHANNEL,))
    new = make_profile(table, schema, digest)
    new.write(layout.output_data / CANDIDATE_FILE)
    trusted = None if baseline is None else read_profile(baseline)
    findings = [] if trusted is None else compare(trusted, new, measures(table, schema))
    report: dict[str, Any] = {
        "verdict": "no-baseline" if trusted is None else "quarantined" if findings else "passed",
        "channel": CHANNEL,
        "rows": new.rows,
        "dataSha256": digest,
        "baselineSha256": None if baseline is None else file_digest(baseline),
        "labelsCompared": new.labels is not None,
        "findings": [finding.to_json() for finding in findings],
    }
    quarantine = _quarantine(layout, digest) if findings else None
    if quarantine is not None:
        report["quarantine"] = str(quarantine)
    file = write_report(layout, REPORT_FILE, report)
    if quarantine is not None:
        copy_whole(file, quarantine.parent / REPORT_FILE)
        raise _refused(findings, quarantine)
    print(f"validate: {new.rows} rows; sha256={digest[:12]}; verdict={report['verdict']};")
    return report


def trust(layout: ContainerLayout, target: Path) -> None:
    """Make the profile that `validate` wrote the baseline; whole or not at all.

    Args:
        layout: Where output/data is.
        target: The baseline's file.

    Raises:
        OSError: There is no profile, or the file cannot be written.
    """
    copy_whole(layout.output_data / CANDIDATE_FILE, target)
    print(f"validate: trusted from now on: {target}", flush=True)


def _quarantine(layout: ContainerLayout, digest: str) -> Path:
    """Move the channel away, or copy it below output/ where the input is read-only."""
    source = layout.channel(CHANNEL)
    target = layout.root / "quarantine" / digest[:12] / CHANNEL
    try:
        shutil.rmtree(target, ignore_errors=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        source.rename(target)
        return target
    except OSError:
        # A processing job's input: the job's failure keeps it from being trained on.
        target = layout.failure.parent / "quarantine" / digest[:12] / CHANNEL
        shutil.copytree(source, target, dirs_exist_ok=True)
        return target


def _refused(findings: list[Finding], quarantine: Path) -> QuarantineError:
    return QuarantineError(
        "data-quarantined",
        "The training data is not like the data that was trusted:",
        joined([finding.text.rstrip(".") for finding in findings], limit=5),
        f"It lies in {quarantine}. Look at it; where it is right, restore it and run validate with "
        "--trust.",
    )
