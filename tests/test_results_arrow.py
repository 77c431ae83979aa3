"""NumPy to Arrow and back: the same numbers, on the same memory, without pandas."""

import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest
from supplyrisk.results import arrow
from supplyrisk.results.collect import Shelf


@pytest.mark.parametrize("dtype", ["float64", "float32", "int32", "int64", "uint16"])
@pytest.mark.parametrize("size", [0, 1, 1000])
def test_numbers_come_back_from_the_same_memory(dtype, size):
    values = np.arange(size).astype(dtype)
    made = arrow.array(values)
    assert made.equals(pa.array(values))
    back = arrow.numbers(pa.chunked_array([made]))
    assert back.dtype == values.dtype
    assert np.array_equal(back, values)
    assert size == 0 or back.ctypes.data == values.ctypes.data


def test_columns_in_pieces_and_parts_of_arrays_come_back_whole():
    values = np.arange(100.0)
    made = arrow.array(values)
    column = pa.chunked_array([made.slice(3, 10), made.slice(0, 0), made.slice(90)])
    assert arrow.numbers(column).tolist() == [*values[3:13], *values[90:]]
    assert arrow.numbers(pa.chunked_array([], pa.float32())).dtype == np.float32


@pytest.mark.parametrize("size", [0, 1, 7, 8, 9, 1000])
def test_what_is_not_a_number_is_empty(size):
    values = np.random.default_rng(3).random(size)
    for share in (0.0, 0.3, 1.0):
        values[np.random.default_rng(4).random(size) < share] = np.nan
        made = arrow.nullable(values)
        made.validate(full=True)
        assert made.equals(pa.array(values, mask=np.isnan(values)))


def test_an_empty_place_is_no_number():
    with pytest.raises(ValueError, match="missing"):
        arrow.numbers(pa.chunked_array([pa.array([1.0, None])]))


def test_texts_keep_their_letters():
    texts = ["", "ok", "Dy/Tb oxide, 0.1 %", "größer als Δ", "ok"]
    made = arrow.words(texts)
    made.validate(full=True)
    assert made.to_pylist() == texts
    assert len(arrow.words([])) == 0


def test_pandas_is_not_loaded():
    program = (
        "import sys, numpy as np, pyarrow as pa; from supplyrisk.results import arrow; "
        "arrow.nullable(np.array([1.0, np.nan])); arrow.words(['a']); "
        "arrow.numbers(pa.chunked_array([arrow.array(np.arange(3))])); sys.exit('pandas' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_memory_is_used_again_where_it_fits():
    shelf = Shelf()
    first = shelf.ranks(0, 10, 7)
    assert shelf.ranks(0, 8, 7).ctypes.data == first.ctypes.data
    assert shelf.ranks(1, 8, 7).ctypes.data != first.ctypes.data
    assert shelf.ranks(0, 11, 7).shape == (11, 7)
    assert shelf.ranks(0, 5, 9).shape == (5, 9)
    shelf.clear()
    assert shelf.ranks(0, 2, 9).base.shape == (2, 9)
