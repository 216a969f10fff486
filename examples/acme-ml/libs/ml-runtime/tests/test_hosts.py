"""A job of several hosts: each with its own folder, started as SageMaker starts them."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from conftest import run, write_model

from ml_runtime.layout import ContainerLayout, read_layout
from ml_runtime.training.launch import torchrun_options

# "localhost" resolves everywhere; the second host's name is never looked up.
HOSTS = ["localhost", "localhost-2"]


def configure(root: Path, host: str, **resources: Any) -> ContainerLayout:
    config = {"current_host": host, "hosts": HOSTS, "network_interface_name": "lo", **resources}
    (root / "input/config").mkdir(parents=True, exist_ok=True)
    (root / "input/config/resourceconfig.json").write_text(json.dumps(config))
    return read_layout(root, {})


def start(root: Path, code: Path, port: int, *options: str) -> subprocess.Popen[str]:
    place = ["--root", str(root), "--code", str(code), "--strategy", "ddp"]
    settings = ["--set=epochs=60", "--set=batch_size=16", "--set=logging_steps=7", *options]
    return subprocess.Popen(
        [sys.executable, "-m", "ml_runtime", "train", *place, *settings],
        env={**os.environ, "MASTER_PORT": str(port), "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def synchronise(roots: list[Path]) -> None:
    """What SageMaker does between two starts of a spot job: all to S3, and all of it to each."""
    bucket = roots[0].parent / "s3"
    for root in roots:
        shutil.copytree(root / "checkpoints", bucket, dirs_exist_ok=True)
    for root in roots:
        shutil.copytree(bucket, root / "checkpoints", dirs_exist_ok=True)


def test_two_hosts_train_together_are_stopped_and_go_on(tmp_path: Path) -> None:
    code = write_model(tmp_path / "code", "classification")
    roots = [tmp_path / "host-1", tmp_path / "host-2"]
    for root, host in zip(roots, HOSTS, strict=True):
        run("prepare", root, "--code", str(code))
        configure(root, host)

    port = free_port()
    hosts = [start(root, code, port) for root in roots]
    assert hosts[0].stdout is not None
    for line in hosts[0].stdout:
        if line.startswith("epoch=4;"):
            break
    # One host alone is told; the other hears of it from its peer.
    hosts[1].send_signal(signal.SIGTERM)
    outputs = [host.communicate()[0] for host in hosts]
    assert [host.returncode for host in hosts] == [1, 1], outputs
    for root in roots:
        assert "stopped" in (root / "output/failure").read_text()
        assert not (root / "model").exists()
    names = [{file.name for file in root.rglob("*.distcp")} for root in roots]
    assert names == [{"__0_0.distcp"}, {"__1_0.distcp"}], "names of two hosts would clash in S3"

    synchronise(roots)
    steps = {int(path.name[5:]) for path in roots[0].glob("checkpoints/*/step-*")}
    port = free_port()
    hosts = [start(root, code, port) for root in roots]
    outputs = [host.communicate()[0] for host in hosts]
    assert [host.returncode for host in hosts] == [0, 0], outputs
    assert f"resuming from the checkpoint of step {max(steps)} of 420" in outputs[0]
    assert "step=" not in outputs[1], "every host observed the run"
    assert (roots[0] / "model/model.onnx").exists()
    assert not (roots[1] / "model").exists(), "SageMaker would pack two models into one"


def test_every_host_gets_its_rank_from_the_order_of_the_hosts(tmp_path: Path) -> None:
    layout = configure(tmp_path, HOSTS[1])
    options = torchrun_options(layout, 4, "29500")
    pairs = dict(zip(options[::2], options[1::2], strict=True))
    assert (pairs["--nnodes"], pairs["--node-rank"]) == ("2", "1")
    assert (pairs["--master-addr"], pairs["--master-port"]) == ("localhost", "29500")
    assert pairs["--nproc-per-node"] == "4"


def test_the_layout_knows_what_a_job_may_not_have(tmp_path: Path) -> None:
    groups = [
        {"instance_group_name": "a", "instance_type": "ml.g5.xlarge", "hosts": [HOSTS[0]]},
        {"instance_group_name": "b", "instance_type": "ml.p5.48xlarge", "hosts": [HOSTS[1]]},
    ]
    channels = {
        "train": {"S3DistributionType": "ShardedByS3Key"},
        "validation": {"S3DistributionType": "FullyReplicated"},
    }
    (tmp_path / "input/config").mkdir(parents=True)
    (tmp_path / "input/config/inputdataconfig.json").write_text(json.dumps(channels))
    layout = configure(
        tmp_path, HOSTS[0], instance_groups=groups, current_instance_type="ml.g5.xlarge"
    )
    assert layout.instance_types == ("ml.g5.xlarge", "ml.p5.48xlarge")
    assert layout.split_channels == ("train",)
    assert layout.network_interface == "lo"


def test_sigterm_to_the_launcher_writes_a_checkpoint_in_its_workers(tmp_path: Path) -> None:
    code, root = write_model(tmp_path / "code", "classification"), tmp_path / "ml"
    run("prepare", root, "--code", str(code))
    launcher = start(root, code, free_port(), "--processes", "2")
    assert launcher.stdout is not None
    for line in launcher.stdout:
        if line.startswith("epoch=2;"):
            break
    launcher.send_signal(signal.SIGTERM)
    # SageMaker kills what is left after this many seconds.
    launcher.communicate(timeout=120)
    assert launcher.returncode == 1
    newest = max(int(path.name[5:]) for path in root.glob("checkpoints/*/step-*"))
    assert f"after step {newest}." in (root / "output/failure").read_text()
