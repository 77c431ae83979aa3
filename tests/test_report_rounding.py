"""Numbers as people read them."""

from __future__ import annotations

import math

import pytest
from supplyrisk.report.rounding import interval, plain, quantity, share, together, whole, with_interval


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (3.14159, "index", "3.1×"),
        (12.6, "%", "13 %"),
        (0.123456, "%", "0.12 %"),
        (1.0, "weeks", "1 week"),
        (26.6, "weeks", "27 weeks"),
        (-1.0, "weeks", "−1 week"),
        (36.2e9, "USD", "USD 36 billion"),
        (-2.4e6, "USD", "USD −2.4 million"),
        (0.000003, "USD", "USD 0"),
        (1238.0, "t", "1,200 t"),
        (5e-16, "%", "0 %"),
        (float("nan"), "t", "–"),
    ],
)
def test_quantity(value: float, unit: str, text: str) -> None:
    assert quantity(value, unit) == text


def test_a_number_and_its_interval_have_the_same_decimals() -> None:
    assert with_interval(9.87, 4.81, 15.49, "index") == ("9.9×", "4.8 to 15.5×")
    assert with_interval(0.09, 5e-16, 2.09, "%") == ("0.09 %", "0 to 2.09 %")
    assert with_interval(3.4e9, -5.1e8, 9.4e9, "USD") == ("USD 3.4 billion", "USD −0.5 to 9.4 billion")


def test_an_interval_that_reads_like_the_number_is_not_shown() -> None:
    assert with_interval(1.0, 1.0, 1.0000001, "index") == ("1×", "")
    assert interval(0.0, 0.0, "%") == "0 %"


def test_together_never_shows_more_digits_than_the_largest_number_deserves() -> None:
    texts, head, tail = together([0.0123456, 1234.567], "t")
    assert (texts, head, tail) == (["0", "1,200"], "", " t")


@pytest.mark.parametrize("value", [0.0, 1e-12, 1.0, 9.99, 99.6, 123456.0, 1e9, -7.5])
def test_no_walls_of_decimals(value: float) -> None:
    for unit in ("USD", "t", "%", "index", "weeks", "share", ""):
        digits = [c for c in quantity(value, unit).partition(".")[2] if c.isdigit()]
        assert len(digits) <= 2


def test_small_helpers() -> None:
    assert plain(2.0) == "2"
    assert share(0.124) == "12 %"
    assert share(0.0004) == "under 0.1 %"
    assert whole(1.4, "week", "weeks") == "1 week"
    assert plain(math.inf) == "without limit"


@pytest.mark.parametrize(
    ("value", "said"),
    [(996e6, "USD 1 billion"), (994e6, "USD 990 million"), (9.96e11, "USD 1 trillion"), (2e15, "USD 2,000 trillion")],
)
def test_a_thousand_million_is_a_billion(value: float, said: str) -> None:
    assert quantity(value, "USD") == said
    assert with_interval(3e8, 1e8, 9.96e8, "USD") == ("USD 0.30 billion", "USD 0.10 to 1.00 billion")
