"""`prepare`: the model's data.py once, split into the channels that training reads."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow.parquet

from ..errors import DataError
from ..hyperparameters import SplitHyperparameters, parse_hyperparameters
from ..layout import ContainerLayout
from ..model_code import ModelCode
from ..tables import row_count, take_rows, write_csv
from .arrow_tables import arrow_from_columns
from .channels import SCHEMA_FILE, channel_digest
from .splitting import SPLITS, split_rows

# Rows of a Parquet row group: what streaming reads at once.
ROW_GROUP_ROWS = 8192


def prepare(layout: ContainerLayout, code: ModelCode, file_format: str = "csv") -> None:
    """Write <root>/input/data/{train,validation,test}/part-0.<format>, and schema.json in train.

    Reads the hyperparameters seed, validation_share and test_share. A classification is split
    class by class. Each channel is written beside its place and then renamed.

    Args:
        layout: Where the channels lie.
        code: The model's modules.
        file_format: "csv", which people can read, or "parquet", which is smaller, faster and can be
            streamed without counting its lines first. Default: "csv".

    Raises:
        DataError: data.py cannot load its data, or a split would be empty.
    """
    settings = parse_hyperparameters(
        SplitHyperparameters, layout.hyperparameters, ignore_unknown=True
    )
    dataset = code.data().load()
    labels = dataset.columns[dataset.target] if dataset.task == "classification" else None
    splits = split_rows(row_count(dataset.columns), settings, labels)
    if empty := [split for split in SPLITS if len(splits[split]) == 0]:
        raise DataError(
            "split-empty",
            f"No rows are left for {' and '.join(empty)}.",
            f"The data has {row_count(dataset.columns)} rows.",
            "Bring more rows, or change validation_share and test_share.",
        )
    names = [*(column.name for column in dataset.inputs), dataset.target]
    table = {name: dataset.columns[name] for name in names}
    for split in SPLITS:
        partial = _fresh_folder(layout.channel(split), ".partial")
        rows = take_rows(table, splits[split])
        if file_format == "parquet":
            pyarrow.parquet.write_table(
                arrow_from_columns(rows), partial / "part-0.parquet", ROW_GROUP_ROWS
            )
        else:
            write_csv(partial / "part-0.csv", rows)
        if split == "train":
            dataset.schema().write(partial / SCHEMA_FILE)
        shutil.rmtree(layout.channel(split), ignore_errors=True)
        partial.rename(layout.channel(split))
        digest = channel_digest(layout, (split,))[:12]
        print(f"prepare: {split}: rows={len(splits[split])}; sha256={digest};", flush=True)


def _fresh_folder(folder: Path, suffix: str) -> Path:
    partial = folder.with_name(f".{folder.name}{suffix}")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    return partial
