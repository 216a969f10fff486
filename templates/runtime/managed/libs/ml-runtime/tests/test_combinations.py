"""What contradicts itself is refused before a process starts, all of it at once."""

from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("torch")


from ml_runtime.errors import TrainingError
from ml_runtime.hyperparameters import TrainingHyperparameters
from ml_runtime.layout import ContainerLayout, read_layout
from ml_runtime.training.combinations import Machine, check_combination, this_machine

LAPTOP = Machine(gpus=0, computes_bf16=True, has_compiler=True)
FOUR_GPUS = Machine(gpus=4, computes_bf16=True, has_compiler=True)


@pytest.fixture
def layout(tmp_path: Path) -> ContainerLayout:
    return read_layout(tmp_path, {})


def refusal(
    layout: ContainerLayout, settings: TrainingHyperparameters, processes: int, machine: Machine
) -> str:
    with pytest.raises(TrainingError) as caught:
        check_combination(layout, settings, processes, machine)
    assert caught.value.code == "combination-refused"
    return caught.value.why


@pytest.mark.parametrize(
    ("settings", "processes", "machine", "why"),
    [
        ({"strategy": "single"}, 2, LAPTOP, "trains in one"),
        ({"strategy": "fsdp"}, 1, LAPTOP, "there is one"),
        ({"precision": "fp16"}, 1, LAPTOP, "needs a GPU"),
        ({"precision": "fp16", "strategy": "fsdp"}, 4, FOUR_GPUS, "overflows in different shards"),
        ({"precision": "bf16"}, 1, replace(FOUR_GPUS, computes_bf16=False), "use fp16"),
        ({"strategy": "ddp"}, 8, FOUR_GPUS, "8 processes cannot share 4 GPUs"),
        ({"torch_compile": True}, 1, replace(LAPTOP, has_compiler=False), "C++ compiler"),
        (
            {"strategy": "ddp", "batch_size": 7, "gradient_accumulation_steps": 4},
            2,
            LAPTOP,
            "use 8 or more",
        ),
    ],
)
def test_refuses_what_cannot_be_trained(
    layout: ContainerLayout,
    settings: dict[str, object],
    processes: int,
    machine: Machine,
    why: str,
) -> None:
    told = refusal(layout, TrainingHyperparameters(**settings), processes, machine)  # type: ignore[arg-type]
    assert why in told
    assert ";" not in told, "one problem was made, several are told"


@pytest.mark.parametrize(
    ("settings", "processes", "machine"),
    [
        ({"strategy": "ddp", "precision": "bf16"}, 1, LAPTOP),
        ({"strategy": "fsdp", "precision": "bf16", "batch_size": 2}, 2, LAPTOP),
        ({"strategy": "ddp", "precision": "fp16"}, 4, FOUR_GPUS),
        ({"strategy": "ddp", "batch_size": 8, "gradient_accumulation_steps": 4}, 2, LAPTOP),
        ({"torch_compile": True, "gradient_checkpointing": True}, 1, LAPTOP),
    ],
)
def test_lets_through_what_can(
    layout: ContainerLayout, settings: dict[str, object], processes: int, machine: Machine
) -> None:
    check_combination(layout, TrainingHyperparameters(**settings), processes, machine)  # type: ignore[arg-type]


def test_names_every_problem_of_a_job_at_once(layout: ContainerLayout) -> None:
    job = replace(
        layout,
        hosts=("algo-1", "algo-2"),
        current_host="algo-3",
        instance_types=("ml.g5.xlarge", "ml.p5.48xlarge"),
        split_channels=("train",),
    )
    why = refusal(job, TrainingHyperparameters(precision="fp16"), 1, LAPTOP)
    for part in ("on 2 hosts", "fp16", "algo-3", "ml.g5.xlarge, ml.p5.48xlarge", "ShardedByS3Key"):
        assert part in why


def test_looks_at_the_machine_that_it_runs_on(
    layout: ContainerLayout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CXX", "no-such-compiler")
    machine = this_machine(replace(layout, gpus=0))
    assert (machine.gpus, machine.computes_bf16, machine.has_compiler) == (0, True, False)
