"""columns.json describes images; needs no data file, so it runs in any clone."""

import json
from pathlib import Path

CONTENT = json.loads((Path(__file__).parent.parent / "columns.json").read_text("utf-8"))


def test_there_is_one_image_in_each_row() -> None:
    (image,) = [entry for entry in CONTENT["columns"] if entry["type"] == "pixels"]
    height, width = image["shape"]
    assert min(height, width) >= 2
    assert image["name"] != CONTENT["target"]
