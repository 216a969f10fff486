"""The data set, and one training by the program that the tests share."""

from pathlib import Path

import pytest
from ml_runtime.__main__ import main
from ml_runtime.data import Dataset
from ml_runtime.errors import DataError
from ml_runtime.model_code import ModelCode

CODE = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def dataset() -> Dataset:
    """All rows; where the file is not on this machine, tests that need it are skipped."""
    try:
        return ModelCode(CODE).data().load()
    except DataError as error:
        if error.code != "data-file-absent":
            raise
        pytest.skip(f"not tested: {error}")


@pytest.fixture(scope="session")
def trained(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root folder of a run: prepared, trained, and judged by what the server answers."""
    root = tmp_path_factory.mktemp("ml")
    for command in ("prepare", "train", "evaluate"):
        assert main([command, "--root", str(root), "--code", str(CODE)]) == 0
    return root
