"""The response cache: the same answer, counted, bounded, and off unless asked for."""

import json
from pathlib import Path

import pytest
from linear_model import random_rows, write_linear_model

from ml_runtime.inference import load_exported_model
from ml_runtime.serving import response_cache
from ml_runtime.serving.application import Application
from ml_runtime.serving.in_process import ask
from ml_runtime.serving.response_cache import ResponseCache
from ml_runtime.serving.settings import ServingSettings


def test_a_body_seen_before_is_answered_without_the_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = load_exported_model(write_linear_model(tmp_path / "model"))
    application = Application(model, ServingSettings(cache_megabytes=1))
    body = json.dumps({"instances": random_rows(2).tolist()}).encode()

    def invoke(accept: str, number: str) -> bytes:
        headers = {"content-type": "application/json", "accept": accept, "x-amzn-requestid": number}
        answer = ask(application, "POST", "/invocations", headers, body)
        assert answer.status == 200
        assert answer.headers["x-amzn-requestid"] == number
        return answer.body

    first, other = invoke("application/json", "1"), invoke("text/csv", "2")
    monkeypatch.setattr(application.served.batcher, "compute", None)
    assert invoke("application/json", "3") == first
    assert invoke("text/csv", "4") == other != first
    assert application.metrics.counts == {"CacheMisses": 2, "CacheHits": 2}


def test_it_is_off_unless_asked_for(tmp_path: Path) -> None:
    model = load_exported_model(write_linear_model(tmp_path / "model"))
    assert Application(model).invocation.cache is None


def test_size_and_age_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(response_cache, "monotonic", lambda: now)
    cache = ResponseCache(size=50_000, seconds=60)
    for number in range(500):
        cache.put(("json", "v", b"%03d" % number + b"x" * 100), b"answer")
        assert cache.used <= 50_000
    assert cache.get(("json", "v", b"499" + b"x" * 100)) == b"answer"
    assert cache.get(("json", "v", b"000" + b"x" * 100)) is None
    cache.put(("json", "v", b"large" * 2000), b"answer")
    assert cache.get(("json", "v", b"large" * 2000)) is None
    now = 61.0
    assert cache.get(("json", "v", b"499" + b"x" * 100)) is None


def test_the_least_recently_used_entry_goes_first() -> None:
    cache = ResponseCache(size=(response_cache.ENTRY_BYTES + 1) * 20, seconds=60)
    keys = [("json", "v", bytes([number])) for number in range(30)]
    for key in keys[:20]:
        cache.put(key, b"")
    cache.get(keys[0])
    cache.put(keys[20], b"")
    assert cache.get(keys[1]) is None
    assert cache.get(keys[0]) == b""
