"""NumPy's NPY format to a matrix, without copying its numbers and without unpickling anything."""

from __future__ import annotations

import io
import math
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from .refusals import RequestRefused

# A header is below 128 bytes for ordinary arrays; NumPy's own limit for untrusted files.
HEADER_BYTES = 10_000


def array_header(body: bytes) -> tuple[tuple[int, ...], bool, np.dtype[Any], int]:
    """Return shape, whether it is in Fortran order, type, and where the numbers begin.

    Raises:
        RequestRefused: 400 where it is no NPY, or holds anything but numbers.
    """
    stream = io.BytesIO(body[: HEADER_BYTES + 64])
    try:
        version = npy.read_magic(stream)
        read = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}[version]
        shape, fortran, dtype = read(stream, max_header_size=HEADER_BYTES)
    except Exception as error:  # malformed headers end in a dozen kinds of them
        reason = f"The body is not NPY: {str(error)[:200]}."
        raise RequestRefused(400, "body_not_npy", reason) from None
    if dtype.kind not in "fiub" or dtype.itemsize > 8:
        reason = f"The array holds {dtype}; only integers and floats of up to 64 bits are taken."
        raise RequestRefused(400, "body_not_npy", reason)
    return shape, fortran, dtype, stream.tell()


def array_of_npy(body: bytes) -> NDArray[Any]:
    """Return the array of an NPY body: a view of its bytes.

    Raises:
        RequestRefused: 400 where it is no NPY of at least one row of numbers.
    """
    shape, fortran, dtype, start = array_header(body)
    count = math.prod(shape)
    if not shape or count == 0:
        raise RequestRefused(400, "body_empty", f"An array of shape {shape} has no rows.")
    if len(body) - start != count * dtype.itemsize:
        reason = f"Shape {shape} of {dtype} needs {count * dtype.itemsize} bytes after the header."
        raise RequestRefused(400, "body_not_npy", f"{reason} There are {len(body) - start}.")
    flat = np.frombuffer(body, dtype=dtype, count=count, offset=start)
    return flat.reshape(shape, order="F" if fortran else "C")
