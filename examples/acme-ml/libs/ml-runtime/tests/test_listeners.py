"""The end of new connections, which costs none that has begun."""

import socket
import sys

import pytest

from ml_runtime.serving.listeners import begin_no_connections

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux has filters on listening sockets"
)


def test_no_connection_begins_and_those_that_have_begun_go_on() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()
        with socket.create_connection(address, 5) as early:
            assert begin_no_connections() >= 1
            with pytest.raises(TimeoutError):
                socket.create_connection(address, 0.3)
            # Nobody has accepted it yet; `shutdown` of the listener would have reset it.
            early.sendall(b"here")
            accepted, _ = listener.accept()
            with accepted:
                assert accepted.recv(10) == b"here"
                accepted.sendall(b"there")
                assert early.recv(10) == b"there"


def test_a_listener_that_closes_refuses_whoever_waited() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    address = listener.getsockname()
    begin_no_connections()
    listener.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address, 5)
