"""The server as a process, over a real socket, from a read-only model folder."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from server_workers import workers_of

from ml_runtime.__main__ import main

ROW = b"13.2,1.8,2.1,11.2,100,2.6,2.8,0.3,1.3,4.4,1.1,3.4,1050,low"


@pytest.fixture(scope="module")
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def server(wine: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    for path in sorted((wine / "model").rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    environ = os.environ | {"SAGEMAKER_BIND_TO_PORT": str(port), "PYTHONDONTWRITEBYTECODE": "1"}
    options = ["--workers", "1", "--stream-bytes", "0"]
    command = [sys.executable, "-m", "ml_runtime", "serve", "--root", str(wine), *options]
    process = subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True)
    wait_until_ready(port, process)
    yield process
    process.kill()
    process.wait()
    for path in sorted((wine / "model").rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


def wait_until_ready(port: int, process: "subprocess.Popen[Any]") -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            if request(port, "GET", "/ping")[0] == 200:
                return
        except OSError:
            assert process.poll() is None, "the server ended"
            time.sleep(0.05)
    pytest.fail("the server did not answer /ping in 20 s")


def request(
    port: int, method: str, path: str, body: bytes | None = None, **headers: str
) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, named)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def raw(port: int, data: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        parts = []
        while part := connection.recv(65_536):
            parts.append(part)
        return b"".join(parts)


@pytest.mark.usefixtures("server")
def test_serves_predictions(port: int) -> None:
    status, body = request(port, "POST", "/invocations", ROW, content_type="text/csv")
    assert status == 200, body
    assert b'"label":"class_0"' in body


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has SCHED_BATCH")
def test_threads_of_every_worker_take_turns(server: subprocess.Popen[str], port: int) -> None:
    assert request(port, "GET", "/ping")[0] == 200
    workers = workers_of(server)
    assert workers
    for worker in workers:
        policies = set()
        for thread in Path(f"/proc/{worker}/task").iterdir():
            with suppress(ProcessLookupError):  # ended meanwhile
                policies.add(os.sched_getscheduler(int(thread.name)))
        assert policies == {os.SCHED_BATCH}


@pytest.mark.usefixtures("server")
def test_a_body_over_six_megabytes_is_refused_and_one_below_is_read(port: int) -> None:
    large = b" " * (6 * 1024 * 1024 + 1)
    kind = "application/json"
    assert request(port, "POST", "/invocations", large, content_type=kind)[0] == 413
    assert request(port, "POST", "/invocations", large[1:], content_type=kind)[0] == 400


@pytest.mark.usefixtures("server")
def test_bytes_that_are_hardly_http_do_no_harm(port: int) -> None:
    head = b"POST /invocations HTTP/1.1\r\nhost: x\r\nconnection: close\r\n"
    for data in (
        head + b"content-type: \xff\xfe\r\ncontent-length: 1\r\n\r\nx",
        head + b"content-type: text/csv\r\ncontent-length: 99\r\n\r\n1,2",
        head + b"content-type: text/csv\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        head + b"content-type: text/csv\r\ntransfer-encoding: chunked\r\n\r\n3\r\n1,2\r\n0\r\n\r\n",
        b"\x16\x03\x01 hello\r\n\r\n",
    ):
        answer = raw(port, data)
        assert b" 500 " not in answer.partition(b"\r\n")[0], answer
    assert request(port, "GET", "/ping")[0] == 200


def test_stops_cleanly_on_sigterm_and_has_said_nothing_bad(
    server: subprocess.Popen[str], port: int
) -> None:
    server.send_signal(signal.SIGTERM)
    assert server.wait(timeout=10) == 0
    assert server.stderr is not None
    assert "Traceback" not in server.stderr.read()
    with pytest.raises(OSError, match="refused"):
        request(port, "GET", "/ping")


def test_serving_imports_nothing_that_its_image_lacks(wine: Path) -> None:
    program = (
        "import os, sys\n"
        "import ml_runtime.__main__\n"
        "from ml_runtime.serving import server\n"
        f"os.environ[server.MODEL_VARIABLE] = {str(wine / 'model')!r}\n"
        "server.create_application()\n"
        "heavy = {'torch', 'onnx', 'pyarrow', 'scipy', 'sklearn', 'pandas'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == "[]"


def test_an_absent_model_is_said_before_anything_is_started(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", "--root", str(tmp_path)]) == 1
    assert "Run train first" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_drain_answers_everything_that_was_accepted(wine: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "ml_runtime", "serve", "--root", str(wine)]
    process = subprocess.Popen([*command, "--port", str(free), "--workers", "1"])
    try:
        wait_until_ready(free, process)
        head = b"POST /invocations HTTP/1.1\r\nhost: x\r\ncontent-type: text/csv\r\n"
        head += b"content-length: %d\r\n\r\n" % len(ROW)
        connections = [socket.create_connection(("127.0.0.1", free), 20) for _ in range(20)]
        # Accepted, and half of the body is there, when the server is told to stop.
        for connection in connections:
            connection.sendall(head + ROW[:10])
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        for connection in connections:
            connection.sendall(ROW[10:])
        for connection in connections:
            assert connection.recv(65_536).startswith(b"HTTP/1.1 200"), "an accepted request failed"
            connection.close()
        assert process.wait(timeout=20) == 0
    finally:
        process.kill()
        process.wait()


def test_a_body_that_does_not_come_is_given_up(wine: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "ml_runtime", "serve", "--root", str(wine)]
    options = ["--port", str(free), "--workers", "1", "--read-seconds", "0.5"]
    process = subprocess.Popen([*command, *options])
    try:
        wait_until_ready(free, process)
        for framing in (
            b"content-length: 99\r\n\r\n1,2",
            b"transfer-encoding: chunked\r\n\r\n3\r\n1",
        ):
            with socket.create_connection(("127.0.0.1", free), 20) as connection:
                head = b"POST /invocations HTTP/1.1\r\nhost: x\r\ncontent-type: text/csv\r\n"
                connection.sendall(head + framing)
                assert connection.recv(65_536).startswith(b"HTTP/1.1 408")
        assert request(free, "POST", "/invocations", ROW, content_type="text/csv")[0] == 200
    finally:
        process.terminate()
        assert process.wait(timeout=20) == 0
