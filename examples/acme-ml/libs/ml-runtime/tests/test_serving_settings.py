"""Settings from the environment, and processes by the cores and memory of the container."""

from pathlib import Path

import pytest

from ml_runtime.errors import LayoutError
from ml_runtime.serving.cores import available_cores, available_memory, plan_processes
from ml_runtime.serving.settings import ServingSettings, read_settings


def test_settings_survive_the_way_through_the_environment() -> None:
    settings = ServingSettings(cache_megabytes=64, access_log=True, capture_drop="a,b")
    assert read_settings(settings.to_environ()) == settings
    assert read_settings({}) == ServingSettings()
    assert read_settings({"SAGEMAKER_MULTI_MODEL": "true"}).multi_model


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ML_RUNTIME_ROWS", "0"),
        ("ML_RUNTIME_ROWS", "many"),
        ("ML_RUNTIME_CACHE_MEGABYTES", "nan"),
        ("ML_RUNTIME_CACHE_MEGABYTES", "-1"),
        ("ML_RUNTIME_READ_SECONDS", "inf"),
        ("ML_RUNTIME_OUT_OF_RANGE", "ignore"),
        ("ML_RUNTIME_ACCESS_LOG", "yes"),
    ],
)
def test_a_wrong_setting_is_named(name: str, text: str) -> None:
    with pytest.raises(LayoutError, match=name):
        read_settings({name: text})


@pytest.mark.parametrize(
    ("files", "cores"),
    [
        ({"cpu.max": "50000 100000"}, 1),
        ({"cpu.max": "100000 100000"}, 1),
        ({"cpu/cpu.cfs_quota_us": "100000", "cpu/cpu.cfs_period_us": "100000"}, 1),
    ],
)
def test_a_limit_of_cores_is_seen(tmp_path: Path, files: dict[str, str], cores: int) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text + "\n")
    assert available_cores(tmp_path) == cores


@pytest.mark.parametrize("text", ["max 100000", "-1", "", "9999999999 100000"])
def test_no_limit_leaves_the_cores_of_the_machine(tmp_path: Path, text: str) -> None:
    (tmp_path / "cpu.max").write_text(text)
    assert available_cores(tmp_path) == available_cores(tmp_path / "absent") >= 1


def test_a_limit_of_memory_is_seen(tmp_path: Path) -> None:
    machine = available_memory(tmp_path)
    (tmp_path / "memory.max").write_text("1000000\n")
    assert available_memory(tmp_path) == 1_000_000 < machine


@pytest.mark.parametrize(
    ("cores", "memory", "model", "asked", "plan"),
    [
        (4, 16e9, 1e6, None, (4, 1)),
        (4, 16e9, 1e9, None, (4, 1)),
        (4, 16e9, 2e9, None, (2, 2)),
        (4, 16e9, 9e9, None, (1, 4)),
        (1, 2e9, 1e6, None, (1, 1)),
        (2, 16e9, 1e6, 1, (1, 1)),
        (2, 16e9, 1e6, 8, (8, 1)),
    ],
)
def test_processes_by_cores_and_memory(
    cores: int, memory: float, model: float, asked: int | None, plan: tuple[int, int]
) -> None:
    assert plan_processes(cores, int(memory), int(model), asked, 0) == plan
