"""Images in a CSV file as people hand them on: a label, and a column for each pixel."""

import json
from pathlib import Path

import numpy as np
import pytest

from ml_runtime.data import read_described_images
from ml_runtime.errors import DataError


def described(folder: Path, text: str) -> Path:
    """Write a file of images of 2 by 2 pixels, and its description."""
    (folder / "digits.csv").write_text(text)
    columns = [{"name": "image", "type": "pixels", "shape": [2, 2]}, {"name": "label", "type": "x"}]
    content = {"file": "digits.csv", "target": "label", "task": "classification"}
    file = folder / "columns.json"
    file.write_text(json.dumps({**content, "columns": columns}))
    return file


def test_reads_pixels_row_by_row_and_leaves_out_rows_without_a_label(tmp_path: Path) -> None:
    text = "pixel0,label,pixel1,pixel2,pixel3\n0,7,1,2,255\n\n9,,9,9,9\n4,3,5,6,7\n"
    dataset = read_described_images(described(tmp_path, text))
    assert dataset.classes == ("3", "7")
    assert dataset.columns["label"].tolist() == ["7", "3"]
    assert dataset.columns["image"].dtype == np.uint8
    assert dataset.columns["image"].tolist() == [[[0, 1], [2, 255]], [[4, 5], [6, 7]]]


def test_names_every_bad_line(tmp_path: Path) -> None:
    text = "label,a,b,c,d\n1,0,0,0,0\n1,0,0,0\n1,0,0,0,256\n1,0,x,0,0\n"
    with pytest.raises(DataError) as caught:
        read_described_images(described(tmp_path, text))
    for part in ("line 3: 4 cells", "line 4: holds a number that is no uint8", "line 5: element 1"):
        assert part in str(caught.value)


@pytest.mark.parametrize("text", ["", "label,a,b\n1,2,3\n", "x,a,b,c,d\n", "label,a,b,c,d\n"])
def test_refuses_a_file_without_such_images(tmp_path: Path, text: str) -> None:
    with pytest.raises(DataError, match="cannot be read as described"):
        read_described_images(described(tmp_path, text))


def test_says_that_a_clone_has_no_data(tmp_path: Path) -> None:
    description = described(tmp_path, "")
    (tmp_path / "digits.csv").unlink()
    with pytest.raises(DataError, match="ignored by Git") as caught:
        read_described_images(description)
    assert caught.value.code == "data-file-absent"
