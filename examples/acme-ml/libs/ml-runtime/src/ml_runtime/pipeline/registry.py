"""The model registry of this machine: MLflow's, in SQLite.

On SageMaker the same step makes a version in a model package group. Both refuse to approve by
themselves: a person does.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..digests import file_digest
from ..errors import PipelineError
from ..layout import ContainerLayout, write_report
from ..tracking.lineage import commit_of
from ..tracking.store import STORE, open_client, repository_of, tracking_uri
from .fingerprint import digest_of

if TYPE_CHECKING:
    from mlflow import MlflowClient


@dataclass(frozen=True)
class Registration:
    """One version in the registry.

    Attributes:
        name: The registered model's name: that of the model's folder.
        version: Counted from 1 by the registry.
        digest: SHA-256 over the files of the artifact.
        source: Folder of the artifact, which belongs to the version and is never written again.
        tracking_uri: Where the registry is.
        created: False where this artifact had been registered before.
    """

    name: str
    version: int
    digest: str
    source: str
    tracking_uri: str
    created: bool


def register(
    layout: ContainerLayout, code: Path, approval: str, environ: Mapping[str, str]
) -> Registration:
    """Register the model of a step's folder as a new version, and write what came out.

    The artifact is copied to a folder of its own first: the pipeline writes over its folders. One
    that is registered already gets no second version.

    Reads model/ and evaluation/evaluation.json, writes output/data/registration.json.

    Args:
        layout: The step's folder.
        code: The model's folder; its name is the registered model's.
        approval: Status of the new version, as SageMaker names it, e.g. PendingManualApproval.
        environ: For MLFLOW_TRACKING_URI and ML_RUNTIME_COMMIT.

    Raises:
        TrackingError: MLflow is not installed.
        PipelineError: The model or its report is absent.
    """
    report = _report(layout.root / "evaluation" / "evaluation.json")
    uri, name = tracking_uri(code, environ), code.name
    client = open_client(code, environ)
    digest = digest_of(layout.model)
    found = _known(client, name, digest)
    created = found is None
    source = repository_of(code) / STORE / "models" / name / digest[:16]
    if found is None:
        _keep(layout.model, source)
        tags = _tags(layout, report, digest, approval, commit_of(code, environ) or "unknown")
        version = client.create_model_version(name, source.as_uri(), tags=tags)
        found = int(version.version)
    result = Registration(name, found, digest, str(source), uri, created)
    write_report(layout, "registration.json", asdict(result))
    verb = "registered as" if created else "is already"
    print(f"register: {name} {verb} version {found} ({approval}); sha256={digest[:12]};")
    return result


def _known(client: MlflowClient, name: str, digest: str) -> int | None:
    """The version of that artifact, or None; makes the registered model if it is the first."""
    if not client.search_registered_models(f"name = '{name}'"):
        client.create_registered_model(name)
    versions = client.search_model_versions(f"name = '{name}'")
    same = [int(one.version) for one in versions if one.tags.get("artifact_sha256") == digest]
    return max(same, default=None)


def _keep(model: Path, place: Path) -> None:
    partial = place.with_name(f".{place.name}")
    shutil.rmtree(partial, ignore_errors=True)
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(model, partial)
    partial.rename(place)


def _report(file: Path) -> Mapping[str, Any]:
    try:
        content = json.loads(file.read_text("utf-8"))
        if not isinstance(content, dict):
            raise ValueError("it is no JSON object")
    except (OSError, ValueError) as error:
        raise PipelineError(
            "report-unreadable", f"{file} cannot be read:", f"{error}.", "Run evaluate first."
        ) from error
    return content


def _graph_tags(layout: ContainerLayout, report: Mapping[str, Any]) -> dict[str, str]:
    """What people's own program trained has no graph of ours, and our schema where it kept it."""
    tags = {}
    if "onnxSha256" in report["model"]:
        tags["onnx_sha256"] = str(report["model"]["onnxSha256"])
    if (schema := layout.model / "schema.json").is_file():
        tags["schema_sha256"] = file_digest(schema)
    return tags


def _tags(
    layout: ContainerLayout, report: Mapping[str, Any], digest: str, approval: str, commit: str
) -> dict[str, str]:
    metrics = {f"metric.{name}": str(one["value"]) for name, one in report["metrics"].items()}
    return {
        **metrics,
        "skill": str(report["skill"]["value"]),
        "approval_status": approval,
        "artifact_sha256": digest,
        **_graph_tags(layout, report),
        "test_data_sha256": str(report["data"]["testSha256"]),
        "flavour": str(report["model"]["flavour"]),
        "git_commit": commit,
    }
