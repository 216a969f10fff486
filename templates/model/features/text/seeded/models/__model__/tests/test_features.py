"""features.py gives one token for each character."""

import numpy as np
from ml_runtime.data import Dataset
from ml_runtime.schema import Column
from ml_runtime.tables import row_count, take_rows

import features

TEXT = (Column("text", "string", required=False, max_length=6),)


def tokens(*texts: str | None) -> list[list[int]]:
    """Return the tokens of some texts."""
    columns = {"text": np.array(texts, dtype=object)}
    found: list[list[int]] = features.compute(columns, TEXT).tolist()
    return found


def test_a_character_is_a_token_and_zeros_fill_up() -> None:
    assert tokens("día", "", None) == [[100, 237, 97, 0, 0, 0], [0] * 6, [0] * 6]


def test_tokens_of_any_text_are_in_the_vocabulary() -> None:
    for row in tokens("\u07ff", "\u0800", "言語", "🙂\U0010ffff", "null", "abcdefgh"):
        assert all(0 <= token < features.VOCABULARY for token in row)
        assert row[0] > 0


def test_a_row_alone_has_the_same_features_as_among_others(dataset: Dataset) -> None:
    together = features.compute(dataset.columns, dataset.inputs)
    length = min(dataset.inputs[0].max_length or 0, features.READ)
    assert together.shape == (row_count(dataset.columns), length)
    alone = features.compute(take_rows(dataset.columns, np.array([7])), dataset.inputs)
    np.testing.assert_array_equal(alone[0], together[7])
