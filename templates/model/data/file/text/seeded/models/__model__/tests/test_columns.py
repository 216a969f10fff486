"""columns.json and features.py fit each other; needs no data file, so it runs in any clone."""

from pathlib import Path

import numpy as np
from ml_runtime.data import read_description

import features

DESCRIPTION = read_description(Path(__file__).parent.parent / "columns.json")


def test_there_is_one_text_and_it_is_not_the_target() -> None:
    (text,) = DESCRIPTION.inputs
    assert text.is_text
    assert text.name != DESCRIPTION.target


def test_invented_texts_become_tokens() -> None:
    (text,) = DESCRIPTION.inputs
    texts = np.array(["some text", None, "言語" * 9], dtype=object)
    tokens = features.compute({text.name: texts}, DESCRIPTION.inputs)
    assert tokens.shape == (3, min(text.max_length or 0, features.READ))
    assert tokens.min() == 0
    assert tokens.max() < features.VOCABULARY
