"""The load test: what it counts, what it finds, and what it says."""

import asyncio
import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_runtime.__main__ import main
from ml_runtime.errors import LoadTestError
from ml_runtime.loadtest.arrivals import intended_times
from ml_runtime.loadtest.client import Load, Target, run_client
from ml_runtime.loadtest.clients import NullAnswers, null_server
from ml_runtime.loadtest.plot import svg_plot, terminal_plot
from ml_runtime.loadtest.report import Report, Setup, record_measurement
from ml_runtime.loadtest.search import PRECISION, Found, find_maximum
from ml_runtime.loadtest.statistics import Samples, Step, summarise

LOAD = Load(
    rate=200, seconds=3, connections=32, arrivals="constant", seed=1, patience=5.0, start=0.0
)
SETUP = Setup(
    url="http://127.0.0.1:1/invocations",
    rows=1,
    workers=1,
    limit_ms=500,
    errors=0.01,
    arrivals="poisson",
    seconds=1,
    clients=1,
    connections=8,
    model_digest="ab",
    instance_type="ml.m5.large",
    image_digest="sha256:1",
)


class Stalls(NullAnswers):
    """Stops for one second after its 150th packet, as in a pause of the garbage collector."""

    packets = 0

    def data_received(self, data: bytes) -> None:
        Stalls.packets += 1
        if Stalls.packets == 150:
            import time

            time.sleep(1)
        super().data_received(data)


class TwoSpeeds(NullAnswers):
    """Every tenth answer takes two seconds, the others 20 ms; nothing waits for anything else."""

    packets = 0

    def data_received(self, data: bytes) -> None:
        TwoSpeeds.packets += 1
        delay = 2.0 if TwoSpeeds.packets % 10 == 0 else 0.02
        asyncio.get_running_loop().call_later(delay, super().data_received, data)


class Refuses(NullAnswers):
    """A quarter of the answers is 503, a quarter ends the connection without any answer."""

    packets = 0

    def data_received(self, data: bytes) -> None:
        Refuses.packets += 1
        if Refuses.packets % 4 == 0:
            self.transport.abort()
        elif Refuses.packets % 4 == 1:
            self.transport.write(b"HTTP/1.1 503 Full\r\ncontent-length: 0\r\n\r\n")
        else:
            super().data_received(data)


class Dribbles(NullAnswers):
    """Answers in chunks, one byte a packet."""

    def data_received(self, data: bytes) -> None:
        answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
        for position in range(len(answer)):
            delay = position * 1e-4
            loop = asyncio.get_running_loop()
            loop.call_later(delay, self.transport.write, answer[position : position + 1])


def samples_of(server: Callable[[], asyncio.Protocol], **changes: object) -> Samples:
    with null_server(server) as url:
        load = replace(LOAD, **changes)  # type: ignore[arg-type]
        samples, stopped = run_client(Target(url, (b"{}",)), load)
    assert not stopped
    return samples


def test_requests_that_a_stall_kept_waiting_are_all_counted() -> None:
    """A closed loop would have one slow request in 600; 200 were due while the server slept."""
    latency = samples_of(Stalls).latency
    assert len(latency) == 600
    # Due evenly over the second of the stall, they waited for what was left of it.
    assert np.count_nonzero(latency > 0.1) >= 175
    assert np.count_nonzero(latency > 0.5) >= 95
    assert latency.max() >= 0.95


def test_gives_back_the_percentiles_of_a_known_distribution() -> None:
    samples = samples_of(TwoSpeeds, rate=100, seconds=2, connections=128)
    step = summarise(100, 2, samples, stopped=False)
    assert 20 <= step.p50 < 2000 <= step.p99
    # Two seconds are far from what a busy machine adds to the others.
    assert 0.09 <= np.mean(samples.latency >= 2.0) <= 0.12
    assert step.errors == 0


def test_statuses_and_lost_connections_are_failures() -> None:
    samples = samples_of(Refuses, rate=50)
    assert 0.4 <= np.mean(samples.failed) <= 0.6


def test_reads_answers_that_come_byte_by_byte_in_chunks() -> None:
    assert not samples_of(Dribbles, rate=20, seconds=1).failed.any()


def test_nothing_listens_and_all_fail() -> None:
    samples, _ = run_client(Target("http://127.0.0.1:9/", (b"{}",)), replace(LOAD, seconds=0.1))
    assert samples.failed.all()


@given(rate=st.floats(1, 2000), seed=st.integers(0, 99))
def test_random_arrivals_have_the_rate_and_exponential_gaps(rate: float, seed: int) -> None:
    moments = intended_times("poisson", rate, 2000 / rate, seed)
    # 2000 are expected, give or take six standard deviations.
    assert abs(len(moments) - 2000) < 6 * 2000**0.5
    gaps = np.diff(moments) * rate
    assert (gaps >= 0).all()
    # Of an exponential distribution as much lies above its mean as e says.
    assert np.mean(gaps > 1) == pytest.approx(np.exp(-1), abs=0.08)


def test_constant_arrivals_have_equal_gaps() -> None:
    assert intended_times("constant", 10, 1, 0).tolist() == pytest.approx(
        [k / 10 for k in range(10)]
    )


def step_at(rate: float, p99: float, errors: float = 0.0) -> Step:
    return Step(rate, 100, rate, errors, p99 / 2, p99, p99, p99, 0.0)


@given(limit=st.floats(1, 50_000), guess=st.floats(0.02, 50))
def test_finds_the_maximum_however_wrong_the_estimate(limit: float, guess: float) -> None:
    measured: list[float] = []

    def measure(rate: float) -> Step:
        measured.append(rate)
        return step_at(rate, 10 if rate <= limit else 1000)

    found = find_maximum(measure, measure, lambda step: step.holds(500, 0.01), limit * guess)
    assert limit / PRECISION / 1.001 <= found.maximum <= limit
    assert len(measured) < 50


def test_a_maximum_that_a_longer_run_does_not_confirm_is_lowered() -> None:
    found = find_maximum(
        lambda rate: step_at(rate, 10 if rate <= 1000 else 1000),
        lambda rate: step_at(rate, 10 if rate <= 900 else 1000),
        lambda step: step.holds(500, 0.01),
        capacity=1000,
    )
    assert 800 < found.maximum <= 900
    assert found.confirmation == step_at(found.maximum, 10)


def test_errors_end_a_rate_as_latency_does_and_no_rate_is_a_maximum_of_zero() -> None:
    found = find_maximum(
        lambda rate: step_at(rate, 10, errors=0.02),
        lambda rate: step_at(rate, 10, errors=0.02),
        lambda step: step.holds(500, 0.01),
        capacity=100,
    )
    assert found.maximum == 0
    assert found.confirmation is None


STEPS = (step_at(10, 20), step_at(100, 40), step_at(200, 900))
REPORT = Report(SETUP, Found(100, STEPS[1], STEPS), 10_000, STEPS[0])


def test_plots_every_rate_with_the_limit() -> None:
    plot = ElementTree.fromstring(svg_plot("a & b", STEPS, 500, 100))  # noqa: S314 - our own text
    circles = [entry for entry in plot.iter() if entry.tag.endswith("circle")]
    assert len(circles) == 2 * len(STEPS)
    assert "limit 500 ms" in ElementTree.tostring(plot, "unicode")
    heights = [float(circle.attrib["cy"]) for circle in circles[len(STEPS) :]]
    assert heights == sorted(heights, reverse=True)
    assert len(terminal_plot(STEPS, 500).splitlines()) == len(STEPS)


def test_says_when_the_client_was_the_limit() -> None:
    assert not REPORT.client_bound
    assert replace(REPORT, ceiling=120).client_bound
    late = Found(100, STEPS[1], (*STEPS[:2], replace(STEPS[2], lag=400.0)))
    assert replace(REPORT, found=late).client_bound
    assert "client was the limit" in replace(REPORT, ceiling=120).to_text()


def test_records_one_measurement_for_each_instance_type_and_image(tmp_path: Path) -> None:
    file = tmp_path / "releases/measured/churn.json"
    other = replace(REPORT, setup=replace(SETUP, instance_type="ml.c7g.large"))
    faster = replace(REPORT, found=replace(REPORT.found, maximum=120.0))
    for report in (REPORT, other, faster):
        assert record_measurement(file, report)
    entries = json.loads(file.read_text())
    assert [(one["instanceType"], one["maxRps"]) for one in entries] == [
        ("ml.c7g.large", 100),
        ("ml.m5.large", 120),
    ]


@pytest.mark.parametrize(
    "report",
    [
        replace(REPORT, setup=replace(SETUP, instance_type=None)),
        replace(REPORT, setup=replace(SETUP, image_digest=None)),
        replace(REPORT, ceiling=100.0),
        replace(REPORT, found=replace(REPORT.found, maximum=0.0)),
    ],
)
def test_records_nothing_that_must_not_scale_anything(tmp_path: Path, report: Report) -> None:
    assert not record_measurement(tmp_path / "churn.json", report)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_list_of_measurements_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "churn.json"
    file.write_text('{"churn": 1}')
    with pytest.raises(LoadTestError, match="cannot be read"):
        record_measurement(file, REPORT)
    assert file.read_text() == '{"churn": 1}'


def test_measures_the_server_and_fails_a_promise_that_is_missed(
    wine: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    options = ["--root", str(wine), "--duration", "0.3", "--limit-ms", "300", "--json"]
    assert main(["loadtest", *options, "--promise", "1e9"]) == 1
    output, errors = capfd.readouterr()
    assert "were promised" in errors
    report = json.loads(output)
    assert report == json.loads((wine / "output/data/loadtest.json").read_text())
    assert (wine / "output/data/loadtest.svg").read_text().startswith("<svg")
    assert report["promisedRps"] == 1e9
    assert report["cache"] == "off"
    assert len(report["modelDigest"]) == 64
    assert report["steps"][0]["requests"] > 0


def test_a_server_that_refuses_everything_has_no_maximum(
    wine: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with null_server(AlwaysFull) as url:
        options = ["--root", str(wine), "--duration", "0.2", "--url", url]
        assert main(["loadtest", *options]) == 1
    assert "answered no request" in capfd.readouterr().err


class AlwaysFull(NullAnswers):
    def data_received(self, data: bytes) -> None:
        self.transport.write(b"HTTP/1.1 503 Full\r\ncontent-length: 0\r\n\r\n")
