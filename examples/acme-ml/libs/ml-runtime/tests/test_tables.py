"""CSV files round-trip exactly, and every bad cell is named."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_runtime.errors import DataError
from ml_runtime.schema import Column, Schema, read_schema
from ml_runtime.tables import (
    Columns,
    NumberTable,
    column_array,
    float_matrix,
    read_csv,
    write_csv,
)
from ml_runtime.values import (
    LARGEST_NUMBER,
    MISSING_TEXTS,
    Refusal,
    value_from_json,
    value_from_text,
)

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


FREE_TEXT = Column("word", "string", required=False, max_length=9)
IMAGE = Column("image", "tensor", dtype="uint8", shape=(2, 3))


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=9), min_size=1))
def test_a_text_is_read_again_as_it_was_and_only_an_empty_one_is_missing(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    file = tmp_path_factory.mktemp("table") / "part-0.csv"
    texts = [text.replace("\0", " ") for text in texts] + ["na", " null ", "NaN"]
    # The second column keeps a lone empty cell from being a blank line.
    numbers = column_array(NUMBER, [1.0] * len(texts))
    write_csv(file, {"word": np.array(texts, dtype=object), "number": numbers})
    assert read_csv(file, [FREE_TEXT])["word"].tolist() == [text or None for text in texts]


@pytest.mark.parametrize("convert", [value_from_json, value_from_text])
def test_refuses_a_text_over_its_longest_length(convert: Callable[[Column, str], object]) -> None:
    assert convert(FREE_TEXT, "å" * 9) == "å" * 9
    with pytest.raises(Refusal, match="10 characters"):
        convert(FREE_TEXT, "å" * 10)


def test_a_tensor_takes_a_cell_for_each_element_and_is_read_again(tmp_path: Path) -> None:
    images = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    write_csv(tmp_path / "part-0.csv", {"image": images})
    lines = (tmp_path / "part-0.csv").read_text().splitlines()
    assert lines[0] == "image_0,image_1,image_2,image_3,image_4,image_5"
    assert lines[1] == "0,1,2,3,4,5"
    found = read_csv(tmp_path / "part-0.csv", [IMAGE])["image"]
    assert found.dtype == np.uint8
    np.testing.assert_array_equal(found, images)
    (tmp_path / "part-0.csv").write_text(f"{lines[0]}\n{lines[1]}\n0,1,2,3,4,256\n0,1,x,3,4,5\n")
    with pytest.raises(DataError) as caught:
        read_csv(tmp_path / "part-0.csv", [IMAGE])
    assert "line 3, image: holds a number that is no uint8" in str(caught.value)
    assert 'line 4, image: element 2, "x", is not a number' in str(caught.value)


@pytest.mark.parametrize(
    "value",
    [
        None,
        7,
        "text",
        [[1, 2, 3]],
        [[1, 2, 3], [4, 5]],
        [[[1, 2, 3], [4, 5, 6]]],
        [[1, 2, 3], [4, 5, None]],
        [[1, 2, 3], [4, 5, "6"]],
        [[1, 2, 3], [4, 5, 256]],
        [[1, 2, 3], [4, 5, -1]],
        [[1, 2, 3], [4, 5, 0.5]],
        [[1, 2, 3], [4, 5, float("nan")]],
        [[1, 2, 3], [4, 5, 10**400]],
        [[True, False, True], [True, False, True]],
    ],
)
def test_refuses_json_that_is_no_tensor_of_the_column(value: object) -> None:
    with pytest.raises(Refusal):
        value_from_json(IMAGE, value)


def test_a_schema_with_a_text_and_a_tensor_is_read_as_it_was_written(tmp_path: Path) -> None:
    schema = Schema("regression", "y", (), (FREE_TEXT, IMAGE))
    schema.write(tmp_path / "schema.json")
    assert read_schema(tmp_path / "schema.json") == schema
    text, image = schema.to_json()["inputs"]
    assert text == {
        "name": "word",
        "type": "string",
        "required": False,
        "missing": "empty-text",
        "maxLength": 9,
    }
    # The words of MLflow's signatures.
    assert image["tensor-spec"] == {"dtype": "uint8", "shape": [-1, 2, 3]}


INPUTS = tuple(Column(name) for name in ("a", "b", "c"))


def number_table() -> NumberTable:
    return NumberTable(INPUTS, np.arange(6.0).reshape(2, 3))


def test_a_table_of_numbers_gives_its_matrix_as_any_table_would() -> None:
    block = number_table()
    plain = dict(block)
    assert list(plain) == ["a", "b", "c"]
    assert type(block) is not type(plain)
    for columns in (block, plain):
        np.testing.assert_array_equal(float_matrix(columns, INPUTS), [[0, 1, 2], [3, 4, 5]])
        assert float_matrix(columns, INPUTS).dtype == np.float32
        np.testing.assert_array_equal(float_matrix(columns, INPUTS[:2]), [[0, 1], [3, 4]])


@pytest.mark.parametrize(
    "change",
    [
        lambda columns: columns.__setitem__("b", np.array([7.0, 8.0])),
        lambda columns: columns.update(b=np.array([7.0, 8.0])),
        lambda columns: columns.__ior__({"b": np.array([7.0, 8.0])}),
        lambda columns: columns["b"].__setitem__(slice(None), [7.0, 8.0]),
    ],
    ids=["set", "update", "or", "in place"],
)
def test_a_changed_column_is_what_the_matrix_has(change: Callable[[Columns], None]) -> None:
    columns = number_table()
    change(columns)
    np.testing.assert_array_equal(float_matrix(columns, INPUTS)[:, 1], [7, 8])


def test_a_matrix_is_the_callers_own() -> None:
    columns = number_table()
    float_matrix(columns, INPUTS)[:] = 9
    np.testing.assert_array_equal(columns["a"], [0, 3])
