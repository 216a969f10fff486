"""Data that is read while training: every row once, in an order that depends on nothing else."""

import csv
import itertools
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet
import pytest

pytest.importorskip("torch")

import torch
from conftest import run, write_model
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from processes import train

from ml_runtime.data import blocks as blocks_module
from ml_runtime.data import prepare as prepare_module
from ml_runtime.data.blocks import Block, channel_blocks, read_block
from ml_runtime.data.channels import read_channel, read_channel_schema, stream_digest
from ml_runtime.errors import DataError
from ml_runtime.hyperparameters import TrainingHyperparameters
from ml_runtime.layout import read_layout
from ml_runtime.schema import Column, Schema
from ml_runtime.tables import joined_tables
from ml_runtime.training.process_group import Process
from ml_runtime.training.sources import sampled_rows
from ml_runtime.training.streaming import LANES, StreamingBatches

TABLE = Schema("classification", "y", ("no", "yes"), (Column("x"), Column("t", "string")))


class Numbered:
    """A reader whose blocks hold the numbers of their rows."""

    def read(self, block: Block) -> tuple[torch.Tensor, torch.Tensor]:
        numbers = torch.arange(block.start, block.start + block.rows)
        return numbers.float()[:, None], numbers


def share(
    sizes: list[int], settings: TrainingHyperparameters, rank: int = 0, world: int = 1
) -> StreamingBatches:
    starts = np.cumsum([0, *sizes])
    blocks = [
        Block(Path(), int(start), 0, rows) for start, rows in zip(starts, sizes, strict=False)
    ]
    filler = torch.zeros((1, 1)), torch.zeros(0, dtype=torch.int64)
    process = Process(rank, world, torch.device("cpu"))
    return StreamingBatches(blocks, Numbered(), settings, process, filler)  # type: ignore[arg-type]


# A busy machine must not fail a claim that says nothing of time.
FEWER = examples(max_examples=40)
sizes = st.lists(st.integers(1, 30), min_size=4, max_size=90)


@FEWER
@given(sizes=sizes, batch_size=st.integers(1, 40), world=st.integers(1, 4), parts=st.integers(1, 3))
def test_a_batch_has_the_same_rows_whatever_the_processes_and_parts(
    sizes: list[int], batch_size: int, world: int, parts: int
) -> None:
    one = share(sizes, TrainingHyperparameters(batch_size=batch_size))
    settings = TrainingHyperparameters(batch_size=batch_size, gradient_accumulation_steps=parts)
    shares = [share(sizes, settings, rank, world) for rank in range(world)]
    steps = 2 * one.epoch_steps
    whole = [batch.parts[0][1].tolist() for batch in one.from_step(0, steps)]
    dealt = [list(each.from_step(0, steps)) for each in shares]
    for step, expected in enumerate(whole):
        own = [targets for each in dealt for _, targets in each[step].parts]
        assert sorted(torch.cat(own).tolist()) == sorted(expected)
        assert {each[step].rows for each in dealt} == {len(expected)}
        assert 0 < len(expected) <= batch_size + LANES
        assert all(len(features) > 0 for each in dealt for features, _ in each[step].parts)
    for epoch in (whole[: steps // 2], whole[steps // 2 :]):
        assert sorted(itertools.chain(*epoch)) == list(range(sum(sizes)))


@FEWER
@given(sizes=sizes, step=st.integers(0, 60), batch_size=st.integers(1, 40))
def test_continuing_at_a_step_opens_the_blocks_that_would_be_open(
    sizes: list[int], step: int, batch_size: int
) -> None:
    batches = share(sizes, TrainingHyperparameters(batch_size=batch_size))
    whole = list(batches.from_step(0, 61))
    for expected, found in zip(whole[step:], batches.from_step(step, 61), strict=True):
        assert torch.equal(expected.parts[0][1], found.parts[0][1])


def test_workers_change_no_batch() -> None:
    sizes = [7, 30, 2, 19, 11]
    alone = share(sizes, TrainingHyperparameters(batch_size=8)).from_step(3, 20)
    settings = TrainingHyperparameters(batch_size=8, dataloader_num_workers=2)
    for expected, found in zip(alone, share(sizes, settings).from_step(3, 20), strict=True):
        assert sorted(expected.parts[0][1].tolist()) == sorted(found.parts[0][1].tolist())
        assert expected.rows == found.rows


@FEWER
@given(sizes=sizes, batch_size=st.integers(1, 40), world=st.integers(1, 4))
def test_a_pass_in_order_has_every_row_and_as_many_parts_in_each_process(
    sizes: list[int], batch_size: int, world: int
) -> None:
    settings = TrainingHyperparameters(batch_size=batch_size)
    passes = [list(share(sizes, settings, rank, world).in_order()) for rank in range(world)]
    assert len({len(each) for each in passes}) == 1
    targets = [batch.parts[0][1] for each in passes for batch in each]
    assert sorted(torch.cat(targets).tolist()) == list(range(sum(sizes)))


words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1)
cells = st.one_of(words, st.sampled_from(['say "no"', "one, two", "two\nlines", "ü"]))


@FEWER
@given(rows=st.lists(st.tuples(st.floats(-1e9, 1e9), cells), min_size=1, max_size=30),
       size=st.integers(1, 200), line=st.sampled_from(["\n", "\r\n"]))  # fmt: skip
def test_blocks_of_lines_are_whole_rows_and_all_of_them(
    rows: list[tuple[float, str]], size: int, line: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("lines")
    with (folder / "a.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator=line)
        writer.writerows([("x", "t", "y"), *((x, text, "yes") for x, text in rows)])
        file.write(line)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks_module, "LINE_BLOCK_BYTES", size)
        found = channel_blocks(folder)
        assert sum(block.rows for block in found) == len(rows)
        tables = [read_block(block, TABLE) for block in found]
    assert [len(table["x"]) for table in tables] == [block.rows for block in found]
    assert joined_tables(tables)["x"].tolist() == [x for x, _ in rows]


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("code") / "m", "classification")


@pytest.fixture(scope="module")
def channels(code: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same rows as CSV, and in Parquet with row groups of 10."""
    root = tmp_path_factory.mktemp("channels")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prepare_module, "ROW_GROUP_ROWS", 10)
        run("prepare", root / "parquet", "--code", str(code), "--format", "parquet")
    run("prepare", root / "csv", "--code", str(code))
    return root


def test_parquet_and_json_lines_hold_what_csv_holds(channels: Path, tmp_path: Path) -> None:
    shutil.copytree(channels / "csv", tmp_path / "jsonl")
    for name in ("train", "validation"):
        folder = tmp_path / "jsonl/input/data" / name
        table = pyarrow.parquet.read_table(channels / f"parquet/input/data/{name}/part-0.parquet")
        (folder / "part-0.csv").unlink()
        lines = (json.dumps(row) + "\n" for row in table.to_pylist())
        (folder / "part-0.jsonl").write_text("".join(lines))
    layouts = [
        read_layout(root, {})
        for root in (channels / "csv", channels / "parquet", tmp_path / "jsonl")
    ]
    schema = read_channel_schema(layouts[0])
    expected, *others = (read_channel(layout, "train", schema) for layout in layouts)
    for other in others:
        assert other.keys() == expected.keys()
        for name, values in expected.items():
            np.testing.assert_array_equal(other[name], values, err_msg=name)
    streamed = [read_block(b, schema) for b in channel_blocks(layouts[0].channel("train"))]
    for name, values in joined_tables(streamed).items():
        np.testing.assert_array_equal(values, expected[name], err_msg=name)


def test_a_stream_trains_the_same_in_two_processes_and_after_a_kill(
    code: Path, channels: Path, tmp_path: Path
) -> None:
    settings: dict[str, Any] = {
        "streaming": True, "epochs": 3, "batch_size": 16, "dropout": 0, "save_steps": 2
    }  # fmt: skip
    one, two = tmp_path / "one", tmp_path / "two"
    for root in (one, two):
        shutil.copytree(channels / "parquet", root)
    whole = train(one, code, 1, **settings, dataloader_num_workers=1)
    assert (whole.exit_codes, max(whole.curve)) == ((0,), 21)
    legs = [
        train(two, code, 2, strategy="ddp", dies_after=10, **settings),
        train(two, code, 2, strategy="ddp", **settings),
    ]
    assert legs[1].starts[0] > 0
    for leg in legs:
        expected = [whole.curve[step] for step in leg.curve]
        np.testing.assert_allclose(list(leg.curve.values()), expected, rtol=0, atol=1e-6)
    assert max(legs[1].curve) == 21
    assert min(whole.curve.values()) < 0.8 * whole.curve[1], "nothing was learnt"


def test_a_stream_needs_a_block_for_each_process(
    code: Path, channels: Path, tmp_path: Path
) -> None:
    shutil.copytree(channels / "csv", tmp_path / "ml")
    outcome = train(tmp_path / "ml", code, 2, strategy="ddp", streaming=True)
    assert outcome.exit_codes == (1, 1)


def test_a_streams_digest_sees_other_content(channels: Path, tmp_path: Path) -> None:
    shutil.copytree(channels / "parquet", tmp_path / "ml")
    layout = read_layout(tmp_path / "ml", {})
    before = stream_digest(layout, ("train", "test"))
    assert before == stream_digest(read_layout(channels / "parquet", {}), ("train", "test"))
    file = layout.channel("train") / "part-0.parquet"
    table = pyarrow.parquet.read_table(file)
    pyarrow.parquet.write_table(table.slice(1), file)
    assert stream_digest(layout, ("train", "test")) != before


@pytest.mark.parametrize(
    ("sample", "rows"), [(0, 500), (1, 500), (0.1, 50), (1e-9, 1), (7, 7), (900, 500)]
)
def test_a_sample_is_a_share_or_a_number_of_rows(sample: float, rows: int) -> None:
    assert sampled_rows(500, TrainingHyperparameters(sample=sample)) == rows


@pytest.mark.parametrize("streaming", [False, True])
def test_a_sample_makes_a_shorter_run_of_its_own(
    code: Path, channels: Path, tmp_path: Path, streaming: bool
) -> None:
    shutil.copytree(channels / "parquet", tmp_path / "ml")
    settings: dict[str, Any] = {"epochs": 1, "batch_size": 10, "streaming": streaming}
    assert max(train(tmp_path / "ml", code, sample=0.2, **settings).curve) in (2, 3)
    assert max(train(tmp_path / "ml", code, **settings).curve) == 11
    assert len(list((tmp_path / "ml/checkpoints").iterdir())) == 2


@dataclass(frozen=True)
class ImageColumn(Column):
    shape: tuple[int, ...] = (4, 6)


def write_images(folder: Path, shape: tuple[int, ...]) -> np.ndarray:
    images = pytest.importorskip("PIL.Image", reason="Pillow comes with models of images")
    pixels = np.arange(12 * int(np.prod(shape)), dtype=np.uint8).reshape(12, *shape)
    for number, image in enumerate(pixels):
        place = folder / ("cat" if number < 5 else "dog")
        place.mkdir(parents=True, exist_ok=True)
        images.fromarray(image).save(place / f"{number:02}.png")
    return pixels


@pytest.mark.parametrize("shape", [(4, 6), (4, 6, 3)])
def test_images_lie_in_folders_named_by_their_labels(
    tmp_path: Path, shape: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ml_runtime.data.image_folder.IMAGES_PER_BLOCK", 5)
    pixels = write_images(tmp_path / "input/data/train", shape)
    schema = Schema(
        "classification", "animal", ("cat", "dog"), (ImageColumn("image", shape=shape),)
    )
    found = read_channel(read_layout(tmp_path, {}), "train", schema)
    np.testing.assert_array_equal(found["image"], pixels)
    assert found["animal"].tolist() == ["cat"] * 5 + ["dog"] * 7
    blocks = channel_blocks(tmp_path / "input/data/train")
    assert [block.rows for block in blocks] == [5, 5, 2]


def test_images_that_are_none_or_of_another_size_are_named_together(tmp_path: Path) -> None:
    write_images(tmp_path / "input/data/train", (4, 6))
    (tmp_path / "input/data/train/cat/00.png").write_text("no image")
    images = pytest.importorskip("PIL.Image")
    images.new("L", (3, 3)).save(tmp_path / "input/data/train/dog/11.png")
    schema = Schema("classification", "animal", ("cat", "dog"), (ImageColumn("image"),))
    with pytest.raises(DataError) as caught:
        read_channel(read_layout(tmp_path, {}), "train", schema)
    assert "cat/00.png" in caught.value.why
    assert "dog/11.png is 3 x 3" in caught.value.why
    with pytest.raises(DataError, match="describes no image"):
        read_channel(read_layout(tmp_path, {}), "train", TABLE)


def test_a_channel_has_one_format(channels: Path, tmp_path: Path) -> None:
    shutil.copytree(channels / "csv", tmp_path / "ml")
    folder = tmp_path / "ml/input/data/train"
    shutil.copy(channels / "parquet/input/data/train/part-0.parquet", folder)
    layout = read_layout(tmp_path / "ml", {})
    with pytest.raises(DataError, match=r"\.csv, \.parquet"):
        read_channel(layout, "train", read_channel_schema(layout))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ({"t": ["a"], "y": ["yes"]}, '"x" is absent'),
        ({"x": [1.0, None], "t": ["a", "b"], "y": ["yes", "no"]}, "x: values are missing"),
        ({"x": [1e39], "t": ["a"], "y": ["yes"]}, "beyond what float32 holds"),
        ({"x": ["many"], "t": ["a"], "y": ["yes"]}, '"many" is not a number'),
        ({"x": [1.0], "t": [" "], "y": ["yes"]}, "t: "),
        ({"x": [1.5], "t": ["a"], "y": ["yes"], "type": ["long"]}, "not a whole number"),
        ({"x": [2.0], "t": ["a"], "y": ["yes"], "type": ["boolean"]}, "not a boolean"),
    ],
)
def test_what_does_not_fit_the_schema_is_refused(
    tmp_path: Path, content: dict[str, list[Any]], why: str
) -> None:
    kind: Any = content.pop("type", ["double"])[0]
    folder = tmp_path / "input/data/train"
    folder.mkdir(parents=True)
    pyarrow.parquet.write_table(pyarrow.table(content), folder / "a.parquet")
    inputs = (Column("x", kind), Column("t", "string", categories=("a", "b")))
    schema = Schema("classification", "y", ("no", "yes"), inputs)
    with pytest.raises(DataError) as caught:
        read_channel(read_layout(tmp_path, {}), "train", schema)
    assert why in caught.value.why


def test_a_broken_file_is_a_reason_and_no_traceback(tmp_path: Path) -> None:
    folder = tmp_path / "input/data/train"
    folder.mkdir(parents=True)
    (folder / "a.parquet").write_bytes(b"PAR1 but not really")
    with pytest.raises(DataError, match=r"a\.parquet|train cannot be read"):
        read_channel(read_layout(tmp_path, {}), "train", TABLE)
