"""CSV files round-trip exactly, and every bad cell is named."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_runtime.errors import DataError
from ml_runtime.schema import Column
from ml_runtime.tables import column_array, read_csv, write_csv
from ml_runtime.values import LARGEST_NUMBER, MISSING_TEXTS, Refusal, value_from_json

NUMBER = Column("number", "double", required=False)
TEXT = Column("text", "string", required=False, categories=("a",))
ROWS = st.tuples(
    st.none() | st.floats(-LARGEST_NUMBER, LARGEST_NUMBER),
    st.none()
    | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=9)
    .map(str.strip)
    .filter(lambda text: text.lower() not in MISSING_TEXTS),
)


@given(st.lists(ROWS, min_size=1, max_size=20))
def test_what_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[float | None, str | None]]
) -> None:
    file = tmp_path_factory.mktemp("table") / "part-0.csv"
    numbers, texts = zip(*rows, strict=True)
    table = {"number": column_array(NUMBER, numbers), "text": column_array(TEXT, texts)}
    write_csv(file, table)
    found = read_csv(file, [NUMBER, TEXT])
    np.testing.assert_array_equal(found["number"], table["number"])
    assert found["text"].tolist() == list(texts)


def test_names_each_bad_cell_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "bad.csv"
    file.write_text("a,b,c\n1,yes,2\nx,maybe,2.5\n,no,3\n1,no\n1_0,no,inf\n")
    columns = [Column("a"), Column("b", "boolean"), Column("c", "long")]
    with pytest.raises(DataError) as caught:
        read_csv(file, columns)
    for part in (
        'line 3, a: "x" is not a number',
        'line 3, b: "maybe" is not a boolean',
        "line 3, c: 2.5 is not a whole number",
        "line 4, a: the value is missing",
        "line 5 has 2 cells, the header 3",
        'line 6, a: "1_0" is not a number',
        "line 6, c: the number is not finite",
    ):
        assert part in str(caught.value)


def test_names_absent_columns_and_the_nearest_header(tmp_path: Path) -> None:
    file = tmp_path / "absent.csv"
    file.write_text("weigth\n1\n")
    with pytest.raises(DataError, match=r'"weight" is absent \(did you mean "weigth"\?\)'):
        read_csv(file, [Column("weight")])


def test_refuses_a_header_that_names_a_column_twice(tmp_path: Path) -> None:
    file = tmp_path / "twice.csv"
    file.write_text("x,x\n1,2\n")
    with pytest.raises(DataError, match='"x" is in the header 2 times'):
        read_csv(file, [Column("x")])


@pytest.mark.parametrize("value", [10**400, 1e39, float("inf"), "1", True, [], {}, None])
def test_refuses_json_values_that_are_no_number_of_float32(value: object) -> None:
    with pytest.raises(Refusal):
        value_from_json(Column("number"), value)
