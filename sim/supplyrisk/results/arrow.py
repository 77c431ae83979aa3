"""NumPy to Arrow and back, on the same memory.

`pyarrow.array` and `to_numpy` do the same, but load pandas first, which takes every worker a quarter of a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa

    from ..measures.aggregate import Floats


def array(values: NDArray[Any], of: pa.DataType | None = None) -> pa.Array:
    """Arrow array of numbers, or of what the type `of` (of the same width) says they are."""
    import pyarrow as pa

    plain = np.ascontiguousarray(values)
    return pa.Array.from_buffers(of or pa.from_numpy_dtype(plain.dtype), len(plain), [None, pa.py_buffer(plain)])


def nullable(values: Floats) -> pa.Array:
    """Arrow array of floats, empty where they are NaN."""
    import pyarrow as pa

    plain = np.ascontiguousarray(values)
    there = ~np.isnan(plain)
    if there.all():
        return array(plain)
    mask = pa.py_buffer(np.packbits(there, bitorder="little"))
    return pa.Array.from_buffers(pa.float64(), len(plain), [mask, pa.py_buffer(plain)])


def words(texts: Sequence[str]) -> pa.StringArray:
    """Arrow array of texts."""
    import pyarrow as pa

    encoded = [text.encode() for text in texts]
    ends = np.cumsum([0, *map(len, encoded)]).astype(np.int32)
    return pa.StringArray.from_buffers(len(encoded), pa.py_buffer(ends), pa.py_buffer(b"".join(encoded)))


def numbers(column: pa.ChunkedArray) -> NDArray[Any]:
    """A column of numbers of which none is missing; a copy only if Arrow has it in several pieces."""
    pieces = [_numbers(piece) for piece in column.chunks]
    if len(pieces) == 1:
        return pieces[0]
    return np.concatenate([np.zeros(0, column.type.to_pandas_dtype()), *pieces])


def _numbers(piece: pa.Array) -> NDArray[Any]:
    if piece.null_count:
        raise ValueError("a number is missing")
    memory: NDArray[Any] = np.frombuffer(piece.buffers()[1] or b"", dtype=piece.type.to_pandas_dtype())
    return memory[piece.offset : piece.offset + len(piece)]
