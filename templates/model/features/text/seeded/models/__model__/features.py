"""From texts to the tokens that the network takes: the same code in training and in serving.

A token is a character. Nothing is learnt from data, so nothing can leak from the held-out rows.
"""

from collections.abc import Sequence

import numpy as np
from ml_runtime.model_code import Feature
from ml_runtime.schema import Column
from ml_runtime.tables import Columns
from numpy.typing import NDArray

# Code points up to U+07FF (Latin, Greek, Cyrillic, Armenian, Hebrew, Arabic) have a token each;
# those above share tokens, by the remainder.
VOCABULARY = 2048

# Characters that are read: attention costs their square. What follows in a longer text is ignored.
READ = 256


def describe(inputs: Sequence[Column]) -> list[Feature]:
    """Return nothing: the array has no columns, its elements are tokens."""
    return []


def compute(columns: Columns, inputs: Sequence[Column]) -> NDArray[np.int64]:
    """Return the tokens of each row's text, int64 [rows, the longest that the schema allows].

    Tokens are 1 .. VOCABULARY - 1; 0 fills up behind the last character, and all of a missing text.
    """
    (text,) = inputs
    length = min(text.max_length or READ, READ)
    texts = np.array([value or "" for value in columns[text.name]], dtype=f"U{length}")
    # NumPy keeps a text as its code points, four bytes each, with zeros behind.
    points = texts.view(np.uint32).reshape(len(texts), length).astype(np.int64)
    return np.where(points < VOCABULARY, points, points % (VOCABULARY - 1) + 1)
