"""Which media types are read, and which one an answer gets."""

import pytest

from ml_runtime.serving.media_types import CSV, JSON, JSON_LINES, NPY, accepted, content_type
from ml_runtime.serving.refusals import RequestRefused


@pytest.mark.parametrize(
    ("header", "sent", "given"),
    [
        ("", JSON, JSON),
        ("", JSON_LINES, JSON_LINES),
        ("*/*", CSV, JSON),
        ("*/*", JSON_LINES, JSON_LINES),
        ("text/csv", JSON, CSV),
        ("TEXT/CSV ; charset=utf-8", JSON, CSV),
        ("application/*", JSON, JSON),
        ("application/x-npy", JSON, NPY),
        ("application/json;q=0.2, text/csv;q=0.9", JSON, CSV),
        ("text/csv;q=0.9, application/json", CSV, JSON),
        ("text/csv, application/json", JSON, CSV),
        ("*/*;q=0.5, application/json;q=0", JSON, JSON_LINES),
        ("text/*;q=0.3, */*;q=0.2", JSON, CSV),
        ("text/html, */*;q=0.1", JSON, JSON),
        ("application/x-ndjson", JSON, JSON_LINES),
        ("application/json;q=nonsense", JSON, JSON),
    ],
)
def test_the_accepted_type_of_the_highest_quality_is_given(
    header: str, sent: str, given: str
) -> None:
    assert accepted(header, sent) == given


@pytest.mark.parametrize("header", ["text/html", "application/json;q=0", "image/*", ",", "json"])
def test_what_cannot_be_given_is_refused(header: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        accepted(header, JSON)
    assert refused.value.status == 406


def test_names_that_other_containers_use_are_read() -> None:
    assert content_type("application/x-jsonlines") == JSON_LINES
    assert content_type("Application/JSON; charset=utf-8") == JSON
