"""SageMaker's container layout, read from any root folder.

Source: "How Amazon SageMaker AI provides training information" and the SM_* variables of the
SageMaker training toolkit. A variable that is set wins over the file that says the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import LayoutError, joined
from .whole_files import write_whole

# Where SageMaker mounts everything in a container of a training job or an endpoint.
DEFAULT_ROOT = Path("/opt/ml")

# DescribeTrainingJob returns at most this many characters of output/failure.
FAILURE_CHARACTERS = 1024

# Keys that SageMaker itself adds to the hyperparameters of a job; they are not the model's.
PLATFORM_PREFIXES = ("sagemaker_", "_tuning_objective_metric")


@dataclass(frozen=True)
class ContainerLayout:
    """Where one run reads and writes.

    Attributes:
        root: The folder that stands for /opt/ml.
        channels: Channel name to folder; a channel is listed if it is declared or exists.
        hyperparameters: Name to text, as SageMaker passes them (all values are strings).
        model: Where the exported model goes (training) or lies, read-only (serving).
        checkpoints: Kept by SageMaker in S3 and restored when a spot job starts again.
        output_data: Further results, such as evaluation.json.
        failure: The file whose text becomes the job's FailureReason.
        hosts: Names of all hosts of the job, sorted by SageMaker. Default: one, "algo-1".
        current_host: Name of this host. Default: "algo-1".
        gpus: GPUs of this host, or None where nothing says so.
        network_interface: Interface that the hosts reach each other by. Default: None, unknown.
        instance_types: Instance types of the job's hosts, sorted; () where nothing says so.
        split_channels: Channels of which each host gets other files (ShardedByS3Key), sorted.
    """

    root: Path
    channels: Mapping[str, Path]
    hyperparameters: Mapping[str, str]
    model: Path
    checkpoints: Path
    output_data: Path
    failure: Path
    hosts: tuple[str, ...]
    current_host: str
    gpus: int | None
    network_interface: str | None = None
    instance_types: tuple[str, ...] = ()
    split_channels: tuple[str, ...] = ()

    def channel(self, name: str) -> Path:
        """Return the folder of a channel, whether or not it exists yet."""
        return self.channels.get(name, self.root / "input" / "data" / name)


def read_layout(root: Path, environ: Mapping[str, str]) -> ContainerLayout:
    """Read the layout below `root`, with SM_* variables from `environ` taking precedence.

    Args:
        root: Stands for /opt/ml; nothing in it has to exist.
        environ: Environment variables.

    Raises:
        LayoutError: A configuration file or variable is malformed; all problems at once.
    """
    problems: list[str] = []
    config = root / "input" / "config"
    hyperparameters = _mapping("SM_HPS", config / "hyperparameters.json", environ, problems)
    declared = _mapping(None, config / "inputdataconfig.json", environ, problems)
    resources = _mapping(None, config / "resourceconfig.json", environ, problems)
    hosts = _json("SM_HOSTS", environ.get("SM_HOSTS"), problems) or resources.get("hosts")
    if hosts is not None and not (
        isinstance(hosts, list) and hosts and all(isinstance(host, str) for host in hosts)
    ):
        problems.append("the hosts are not a list of names")
        hosts = None
    gpus = environ.get("SM_NUM_GPUS")
    if gpus is not None and not gpus.isdecimal():
        problems.append(f'SM_NUM_GPUS is "{gpus}", not a whole number')
        gpus = None
    if problems:
        raise LayoutError(
            "layout-unreadable",
            f"The configuration below {root} cannot be read:",
            joined(problems),
            "Write each file as SageMaker does (JSON objects), or unset the variable.",
        )
    output = Path(environ.get("SM_OUTPUT_DIR", root / "output"))
    current = environ.get("SM_CURRENT_HOST") or resources.get("current_host")
    return ContainerLayout(
        root=root,
        channels=_channels(root, declared, environ),
        hyperparameters={
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in hyperparameters.items()
            if not name.startswith(PLATFORM_PREFIXES)
        },
        model=Path(environ.get("SM_MODEL_DIR", root / "model")),
        checkpoints=root / "checkpoints",
        output_data=Path(environ.get("SM_OUTPUT_DATA_DIR", output / "data")),
        failure=output / "failure",
        hosts=tuple(hosts or ["algo-1"]),
        current_host=str(current or "algo-1"),
        gpus=None if gpus is None else int(gpus),
        network_interface=environ.get("SM_NETWORK_INTERFACE_NAME")
        or resources.get("network_interface_name"),
        instance_types=_instance_types(resources),
        split_channels=tuple(
            sorted(
                name
                for name, channel in declared.items()
                if isinstance(channel, dict)
                and channel.get("S3DistributionType") == "ShardedByS3Key"
            )
        ),
    )


def _instance_types(resources: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the types of all groups; only a heterogeneous cluster has several."""
    groups = resources.get("instance_groups")
    entries = groups if isinstance(groups, list) else []
    types = {entry.get("instance_type") for entry in entries if isinstance(entry, dict)}
    return tuple(
        sorted(str(name) for name in types | {resources.get("current_instance_type")} if name)
    )


def _channels(
    root: Path, declared: Mapping[str, Any], environ: Mapping[str, str]
) -> dict[str, Path]:
    folder = Path(environ.get("SM_INPUT_DIR", root / "input")) / "data"
    present = [path.name for path in folder.iterdir() if path.is_dir()] if folder.is_dir() else []
    names = {name for name in [*declared, *present] if not name.startswith(".")}
    channels = {name: folder / name for name in sorted(names)}
    prefix = "SM_CHANNEL_"
    for variable, path in environ.items():
        if variable.startswith(prefix):
            channels[variable.removeprefix(prefix).lower()] = Path(path)
    return channels


def _mapping(
    variable: str | None, file: Path, environ: Mapping[str, str], problems: list[str]
) -> dict[str, Any]:
    name, text = str(file), None
    if variable is not None and variable in environ:
        name, text = variable, environ[variable]
    elif file.is_file():
        try:
            text = file.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            problems.append(f"{name}: {error}")
    value = _json(name, text, problems)
    if value is None:
        return {}
    if not isinstance(value, dict):
        problems.append(f"{name} is not a JSON object")
        return {}
    return value


def _json(name: str, text: str | None, problems: list[str]) -> Any:
    if text is None:
        return None
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        problems.append(f"{name} is not JSON ({error})")
        return None


def write_report(layout: ContainerLayout, name: str, report: Mapping[str, Any]) -> Path:
    """Write a report as indented JSON to output/data and return the file.

    Args:
        layout: Where output/data is.
        name: The file's name.
        report: What JSON can hold.

    Raises:
        OSError: The folder cannot be written.
        ValueError: It holds a number that JSON has no word for.
    """
    file = layout.output_data / name
    write_whole(file, json.dumps(report, indent=2, allow_nan=False) + "\n")
    return file


def write_failure(layout: ContainerLayout, reason: str) -> None:
    """Write the reason, cut to 1024 characters, to output/failure unless one is there already.

    The first reason is kept: when one worker fails the others fail because of it.

    Raises:
        OSError: The folder cannot be written.
    """
    layout.failure.parent.mkdir(parents=True, exist_ok=True)
    try:
        with layout.failure.open("x", encoding="utf-8") as file:
            file.write(reason[:FAILURE_CHARACTERS])
    except FileExistsError:
        pass
