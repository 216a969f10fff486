"""Requests of the same moment are computed together, and nobody gets another's answer."""

import asyncio
import gc
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from linear_model import CLASSES, random_rows, table, write_linear_model
from numpy.typing import NDArray

from ml_runtime.inference import load_exported_model
from ml_runtime.model_code import Feature, FeaturesModule
from ml_runtime.schema import Column
from ml_runtime.serving.application import Application
from ml_runtime.serving.in_process import Answer, ask_in_loop
from ml_runtime.serving.pace import Pace
from ml_runtime.serving.settings import ServingSettings
from ml_runtime.tables import Columns, row_count


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_linear_model(tmp_path_factory.mktemp("linear") / "model", CLASSES, scale=0.1)


class CountingFeatures:
    """The model's features.py, which notes how many rows each computation had."""

    def __init__(self, features: FeaturesModule) -> None:
        self.features, self.calls = features, list[int]()
        self.broken = False

    def describe(self, inputs: Sequence[Column]) -> list[Feature]:
        return self.features.describe(inputs)

    def compute(self, columns: Columns, inputs: Sequence[Column]) -> NDArray[Any]:
        if self.broken:
            raise ZeroDivisionError
        self.calls.append(row_count(columns))
        return self.features.compute(columns, inputs)


def server(folder: Path, **settings: Any) -> tuple[Application, CountingFeatures]:
    model = load_exported_model(folder)
    features = CountingFeatures(model.features)
    return Application(replace(model, features=features), ServingSettings(**settings)), features


def ask_all(application: Application, bodies: list[bytes]) -> list[Answer]:
    async def all_at_once() -> list[Answer]:
        requests = (
            ask_in_loop(
                application,
                "POST",
                "/invocations",
                {"content-type": "application/json", "content-length": str(len(body))},
                body,
            )
            for body in bodies
        )
        return list(await asyncio.gather(*requests))

    return asyncio.run(all_at_once())


def test_requests_of_one_moment_are_one_batch_and_each_gets_its_own_answer(folder: Path) -> None:
    application, features = server(folder)
    rows = random_rows(64)
    bodies = [json.dumps({"instances": [row]}).encode() for row in rows.tolist()]
    bodies[7] = json.dumps({"instances": [["x", 1, 2, 3, 4]]}).encode()
    bodies[9] = b"{"
    bodies[11] = json.dumps({"instances": rows[:3].tolist()}).encode()
    answers = ask_all(application, bodies)
    assert features.calls == [64]
    expected = load_exported_model(folder).answers(table(rows))
    for index, answer in enumerate(answers):
        if index in (7, 9):
            assert answer.status == (422 if index == 7 else 400)
            continue
        assert answer.status == 200, answer
        shares = [
            list(entry["probabilities"].values())
            for entry in json.loads(answer.body)["predictions"]
        ]
        wanted = expected[:3] if index == 11 else expected[index : index + 1]
        np.testing.assert_allclose(shares, wanted, atol=1e-6)


def test_a_batch_has_at_most_the_rows_that_are_set(folder: Path) -> None:
    application, features = server(folder, batch_rows=10)
    body = json.dumps({"instances": random_rows(4).tolist()}).encode()
    large = json.dumps({"instances": random_rows(25).tolist()}).encode()
    answers = ask_all(application, [body] * 5 + [large])
    assert [answer.status for answer in answers] == [200] * 6
    assert features.calls == [8, 8, 4, 25]


def test_a_full_queue_is_said_to_be_full(folder: Path) -> None:
    application, _ = server(folder, queue_requests=3)
    body = json.dumps({"instances": random_rows(1).tolist()}).encode()
    statuses = [answer.status for answer in ask_all(application, [body] * 10)]
    assert sorted(set(statuses)) == [200, 503]
    assert statuses.count(200) == 3


def test_a_slow_model_is_computed_beside_the_event_loop(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    application, features = server(folder)
    body = json.dumps({"instances": random_rows(1).tolist()}).encode()
    # As if every row took a tenth of a second.
    monkeypatch.setattr(Pace, "seconds", lambda self, rows: 0.1 * rows)
    answers = ask_all(application, [body] * 20)
    assert [answer.status for answer in answers] == [200] * 20
    assert sum(features.calls) == 20


def test_a_failing_model_fails_the_requests_of_its_batch_only(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    application, features = server(folder)
    body = json.dumps({"instances": random_rows(1).tolist()}).encode()
    features.broken = True
    assert {answer.status for answer in ask_all(application, [body] * 3)} == {500}
    assert "Traceback" in capsys.readouterr().err
    features.broken = False
    assert {answer.status for answer in ask_all(application, [body] * 3)} == {200}


def test_the_pace_learns_slowly_from_single_slow_times() -> None:
    pace = Pace()
    assert pace.seconds(16) == 0
    for _ in range(20):
        pace.learn(16, 0.001)
    pace.learn(16, 5.0)
    assert pace.seconds(16) < 0.002
    assert 100 < pace.rows_within(0.02) < 1000


def test_the_collector_passes_over_what_is_there_before_the_first_request(folder: Path) -> None:
    application, _ = server(folder, metrics_seconds=0)

    async def start() -> None:
        application.__rsgi_init__(asyncio.get_running_loop())

    try:
        asyncio.run(start())
        assert gc.get_freeze_count() > 1000
    finally:
        gc.unfreeze()


def test_small_batches_are_the_same_in_memory_bound_once(folder: Path) -> None:
    model = load_exported_model(folder)
    for rows in (1, 3, 1, 16, 17, 1):
        for seed in range(3):
            values = random_rows(rows, seed)
            matrix = values.astype(np.float32)
            expected = model.session.run(None, {"features": matrix})[0]
            answers = model.answers(table(values))
            np.testing.assert_array_equal(answers, expected)
            # The next answers do not come to lie in these.
            model.answers(table(values + 1))
            np.testing.assert_array_equal(answers, expected)


def test_threads_that_compute_at_the_same_time_get_their_own_answers(folder: Path) -> None:
    model = load_exported_model(folder)
    inputs = [table(random_rows(2, seed)) for seed in range(8)]
    expected = [model.answers(one).copy() for one in inputs]

    def many(number: int) -> None:
        for _ in range(300):
            np.testing.assert_array_equal(model.answers(inputs[number]), expected[number])

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(many, range(8)))
