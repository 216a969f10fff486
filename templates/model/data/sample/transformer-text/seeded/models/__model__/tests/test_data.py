"""The sample is what Babel ships, and the model learns it."""

import json
from collections import Counter
from pathlib import Path

from ml_runtime.data import Dataset


def test_every_text_is_there_once_and_every_language_has_its_share(dataset: Dataset) -> None:
    texts, languages = dataset.columns["text"], dataset.columns["language"]
    assert len(set(texts)) == len(texts)
    counts = Counter(languages)
    assert set(counts) == set(dataset.classes)
    assert min(counts.values()) > 1000
    assert dict(zip(texts, languages, strict=True))["Vereinigtes Königreich"] == "de"


def test_held_out_accuracy_is_far_above_the_majority_class(trained: Path) -> None:
    report = json.loads((trained / "output/data/evaluation.json").read_text("utf-8"))
    assert report["metrics"]["accuracy"]["value"] > 0.5
    assert report["baseline"]["metrics"]["accuracy"]["value"] < 0.2
