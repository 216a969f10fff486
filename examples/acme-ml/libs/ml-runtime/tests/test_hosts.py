"""A job of several hosts: each with its own folder, started as SageMaker starts them.

Where root may make network namespaces, each host is in one of its own, with its own name, and they
reach each other over a pair of virtual interfaces alone; elsewhere they share this machine's.
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")

from conftest import run, write_model
from processes import train

from ml_runtime.layout import ContainerLayout, read_layout
from ml_runtime.training.launch import torchrun_options

# "localhost" resolves everywhere; the second host's name is never looked up.
HOSTS = ["localhost", "localhost-2"]

# What a host of SageMaker has: a name of its own, its peers in /etc/hosts, one interface.
AS_HOST = (
    'hostname "$1" && mount --bind "$2" /etc/hosts && ip link set lo up && shift 2 && exec "$@"'
)


@dataclass(frozen=True)
class Network:
    """Where two hosts are.

    Attributes:
        names: Of the hosts, in SageMaker's order.
        interface: By which they reach each other.
        prefixes: What a command of each host begins with.
        port: The port of the first host at which they meet; None is torchrun's own.
    """

    names: list[str]
    interface: str
    prefixes: list[list[str]]
    port: int | None


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Network]:
    names = [f"wa-ml-{os.getpid()}-{number}" for number in (1, 2)]
    try:
        if sys.platform != "linux":
            raise FileNotFoundError("ip")
        for name in names:
            ip("netns", "add", name)
        ip(
            *("link", "add", "eth0", "netns", names[0], "type", "veth"),
            *("peer", "name", "eth0", "netns", names[1]),
        )
        for number, name in enumerate(names, start=1):
            ip("-netns", name, "address", "add", f"10.77.0.{number}/24", "dev", "eth0")
            ip("-netns", name, "link", "set", "eth0", "up")
        known = tmp_path / "hosts"
        known.write_text("127.0.0.1 localhost\n10.77.0.1 algo-1\n10.77.0.2 algo-2\n")
        start = ["unshare", "--uts", "sh", "-c", AS_HOST, "sh"]
        yield Network(
            ["algo-1", "algo-2"],
            "eth0",
            [
                ["ip", "netns", "exec", name, *start, f"algo-{number}", str(known)]
                for number, name in enumerate(names, start=1)
            ],
            None,
        )
    except (FileNotFoundError, PermissionError, subprocess.CalledProcessError) as error:
        print(f"no network namespaces here ({error}): both hosts are this machine")
        yield Network(HOSTS, "lo", [[], []], free_port())
    finally:
        for name in names:
            if Path("/run/netns", name).exists():
                ip("netns", "delete", name)


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)  # noqa: S607


def configure(root: Path, hosts: list[str], host: str, **resources: Any) -> ContainerLayout:
    config = {"current_host": host, "hosts": hosts, "network_interface_name": "lo", **resources}
    (root / "input/config").mkdir(parents=True, exist_ok=True)
    (root / "input/config/resourceconfig.json").write_text(json.dumps(config))
    return read_layout(root, {})


def start(
    root: Path, code: Path, *options: str, prefix: list[str], port: int | None
) -> subprocess.Popen[str]:
    place = ["--root", str(root), "--code", str(code), "--strategy", "ddp"]
    settings = ["epochs=20", "batch_size=16", "logging_steps=1", "dropout=0"]
    given = [f"--set={setting}" for setting in settings]
    return subprocess.Popen(
        [*prefix, sys.executable, "-m", "ml_runtime", "train", *place, *given, *options],
        env={
            **os.environ,
            "OMP_NUM_THREADS": "1",
            **({} if port is None else {"MASTER_PORT": str(port)}),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def curve_of(output: str) -> dict[int, float]:
    return {
        int(step): float(loss) for step, loss in re.findall(r"step=(\d+); loss=([^;]+);", output)
    }


def synchronise(roots: list[Path]) -> None:
    """What SageMaker does between two starts of a spot job: all to S3, and all of it to each."""
    bucket = roots[0].parent / "s3"
    for root in roots:
        shutil.copytree(root / "checkpoints", bucket, dirs_exist_ok=True)
    for root in roots:
        shutil.copytree(bucket, root / "checkpoints", dirs_exist_ok=True)


def test_two_hosts_train_together_are_stopped_and_go_on(network: Network, tmp_path: Path) -> None:
    code = write_model(tmp_path / "code", "classification")
    roots = [tmp_path / "host-1", tmp_path / "host-2"]
    for root, host in zip(roots, network.names, strict=True):
        run("prepare", root, "--code", str(code))
        configure(root, network.names, host, network_interface_name=network.interface)

    def start_hosts() -> list[subprocess.Popen[str]]:
        return [
            start(root, code, prefix=prefix, port=network.port)
            for root, prefix in zip(roots, network.prefixes, strict=True)
        ]

    hosts = start_hosts()
    assert hosts[0].stdout is not None
    seen = []
    for line in hosts[0].stdout:
        seen.append(line)
        if line.startswith("epoch=4;"):
            break
    # One host alone is told; the other hears of it from its peer.
    hosts[1].send_signal(signal.SIGTERM)
    outputs = [host.communicate()[0] for host in hosts]
    assert [host.returncode for host in hosts] == [1, 1], [*seen, *outputs]
    for root in roots:
        assert "stopped" in (root / "output/failure").read_text()
        assert not (root / "model").exists()
    names = [{file.name for file in root.rglob("*.distcp")} for root in roots]
    assert names == [{"__0_0.distcp"}, {"__1_0.distcp"}], "names of two hosts would clash in S3"

    synchronise(roots)
    steps = {int(path.name[5:]) for path in roots[0].glob("checkpoints/*/step-*")}
    first = curve_of("".join(seen) + outputs[0])
    hosts = start_hosts()
    outputs = [host.communicate()[0] for host in hosts]
    assert [host.returncode for host in hosts] == [0, 0], outputs
    assert f"resuming from the checkpoint of step {max(steps)} of 140" in outputs[0]
    assert "step=" not in outputs[1], "every host observed the run"
    assert (roots[0] / "model/model.onnx").exists()
    assert not (roots[1] / "model").exists(), "SageMaker would pack two models into one"

    # One process with the whole batch learns the same, step by step.
    alone = tmp_path / "alone"
    shutil.copytree(roots[0] / "input/data", alone / "input/data")
    expected = train(alone, code, epochs=20, batch_size=16, dropout=0).curve
    second = curve_of(outputs[0])
    assert (min(first), max(second), len(expected)) == (1, 140, 140)
    for curve in (first, second):
        found = [expected[step] for step in curve]
        np.testing.assert_allclose(list(curve.values()), found, rtol=0, atol=1e-6)


def test_every_host_gets_its_rank_from_the_order_of_the_hosts(tmp_path: Path) -> None:
    layout = configure(tmp_path, HOSTS, HOSTS[1])
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
        tmp_path, HOSTS, HOSTS[0], instance_groups=groups, current_instance_type="ml.g5.xlarge"
    )
    assert layout.instance_types == ("ml.g5.xlarge", "ml.p5.48xlarge")
    assert layout.split_channels == ("train",)
    assert layout.network_interface == "lo"


def test_sigterm_to_the_launcher_writes_a_checkpoint_in_its_workers(tmp_path: Path) -> None:
    code, root = write_model(tmp_path / "code", "classification"), tmp_path / "ml"
    run("prepare", root, "--code", str(code))
    launcher = start(root, code, "--processes", "2", prefix=[], port=free_port())
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
