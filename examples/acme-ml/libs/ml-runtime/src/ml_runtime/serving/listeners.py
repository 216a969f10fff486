"""Listening sockets of this process, which Granian opens where Python does not see them."""

from __future__ import annotations

import ctypes
import os
import socket
import struct
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

# From Linux's asm-generic/socket.h, which Python does not name.
SO_ATTACH_FILTER = 26

# A program of the kernel's packet filter (linux/filter.h: code, jump if true, jump if false, value)
# that sees the TCP header: where SYN is set (bit 1 of byte 13) 0 bytes of the packet are kept.
DROP_HANDSHAKES = (
    (0x30, 0, 0, 13),  # load byte 13
    (0x45, 0, 1, 0x02),  # is bit 1 set?
    (0x06, 0, 0, 0),  # drop
    (0x06, 0, 0, 0xFFFFFFFF),  # pass
)


def begin_no_connections() -> int:
    """Let no connection begin on this process's TCP listeners; return how many there are.

    What asks for one is dropped; handshakes that have begun go on, and are accepted. `shutdown` or
    `close` would reset those that nobody has accepted yet. Only on Linux with /proc, and where the
    sandbox allows the filter; elsewhere connections begin as before.
    """
    lines = b"".join(struct.pack("HBBI", *line) for line in DROP_HANDSHAKES)
    kept = ctypes.create_string_buffer(lines)
    program = struct.pack("HL", len(DROP_HANDSHAKES), ctypes.addressof(kept))
    count = 0
    for listener in _listeners():
        with suppress(OSError):
            listener.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)
            count += 1
    return count


def _listeners() -> Iterator[socket.socket]:
    if sys.platform != "linux":
        return
    try:
        entries = list(Path("/proc/self/fd").iterdir())
    except OSError:  # a sandbox without /proc
        return
    for entry in entries:
        try:
            copy = os.dup(int(entry.name))
        except OSError:  # closed meanwhile
            continue
        try:
            found = socket.socket(fileno=copy)
        except OSError:  # no socket
            os.close(copy)
            continue
        with closing(found):
            tcp = found.family in (socket.AF_INET, socket.AF_INET6)
            if tcp and found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                yield found
