"""columns.json can be read; needs no data file, so it runs in any clone."""

from pathlib import Path

from ml_runtime.data import read_description

DESCRIPTION = read_description(Path(__file__).parent.parent / "columns.json")


def test_the_target_is_no_input() -> None:
    assert DESCRIPTION.target not in [column.name for column in DESCRIPTION.inputs]
