"""Tables as spreadsheets leave them: read as meant, or refused with the place and what to write."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from supplyrisk.language.table import parse_number, parse_period, rows


def read(tmp_path, content, needed=("a", "b"), optional=("c",)):
    file = tmp_path / "t.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    problems = []
    found = list(rows(file, "t.csv", needed, optional, problems))
    return found, [str(problem) for problem in problems]


def test_fields_know_where_they_begin(tmp_path):
    (row,), problems = read(tmp_path, '# c, d\r\n\r\na,b,c\r\n1, "x, ""y""" ,1\r\n,,\r\n')
    assert problems == []
    assert row.fields == {"a": "1", "b": 'x, "y"', "c": "1"}
    assert [str(row.at(name)) for name in "abc"] == ["t.csv:4:1", "t.csv:4:4", "t.csv:4:16"]


def test_a_hash_is_a_comment_only_where_a_line_begins(tmp_path):
    found, problems = read(tmp_path, "a,b\n#1,2\nno #4,5\n #6,7\n")
    assert problems == []
    assert [row.fields["a"] for row in found] == ["no #4", "#6"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a;b\n1;2\n", "t.csv:1:1: columns are separated by semicolons"),
        ("a;b;c\n1,5;2;\n", "t.csv:1:1: columns are separated by semicolons"),
        ("a\tb\n1\t2\n", "t.csv:1:1: columns are separated by tabs"),
        ("a|b\n1|2\n", "t.csv:1:1: columns are separated by bars"),
        ("", "t.csv:1:1: is empty; its first line must be a,b"),
        ("# only\n\n", "t.csv:1:1: is empty"),
        ("root:x:0:0\n", "t.csv:1:1: is no such table; its first line must be a,b"),
        ("a\n1\n", "t.csv:1:1: column b is missing"),
        ("a,b,a\n", "t.csv:1:1: column a stands there twice"),
        ("a,b,bb\n", "t.csv:1:1: unknown column bb; did you mean b"),
        ("a,b,\n", "t.csv:1:1: a column without a name"),
        ('a,b\n1,"2\n3"\n', "t.csv:2:3: a quotation mark is not closed on its line"),
        ("a,b\n1,2,3\n", "t.csv:2:1: has 3 fields, the header 2"),
        ("a,b\n1,\x07\n", "t.csv:2:3: control character"),
        ("a,b\n1,2\n".encode("utf-16"), "t.csv:1:1: is in UTF-16; save it as UTF-8"),
        ("a,b\n1,Zölle\n".encode("latin-1"), "t.csv:2:4: is not UTF-8 (byte 0xf6); save it as UTF-8"),
    ],
)
def test_what_is_no_such_table_is_refused(tmp_path, content, message):
    _, problems = read(tmp_path, content)
    assert problems[0].startswith(message)
    if "separated" in message or "UTF" in message:
        assert len(problems) == 1


def test_a_byte_order_mark_is_no_part_of_a_name(tmp_path):
    (row,), problems = read(tmp_path, b"\xef\xbb\xbfa,b\n1,2\n")
    assert (row.fields["a"], problems) == ("1", [])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("3,250", "write 3250 (got"),
        ("3 250", "write 3250 (got"),
        ("3\u00a0250", "write 3250 (got"),
        ("3'250", "write 3250 (got"),
        ("1,234,567.5", "write 1234567.5 (got"),
        ("1.234.567", "write 1234567 (got"),
        ("3250,5", "write 3250.5 (got"),
        ("3.250,5", "write 3250.5 (got"),
        ("3 250,55", "write 3250.55 (got"),
        ("", "got nothing); leave the row out"),
        ("n/a", "must be a number (got n/a)"),
        ("nan", "must be a number"),
        ("inf", "must be a number"),
        ("1e999", "must be a number"),
        ("1_000", "must be a number"),
        ("\u0661\u0662", "must be a number"),
        ("5 t", "must be a number"),
        ("#4", "must be a number"),
    ],
)
def test_numbers_that_are_none_say_what_to_write(text, message):
    with pytest.raises(ValueError, match=r"must be|write|thousands") as refused:
        parse_number(text)
    assert message in str(refused.value)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_are_read_to_the_bit(number):
    assert parse_number(repr(number)) == number


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Jan-26", "write 2026-01"),
        ("January 2026", "write 2026-01"),
        ("26-Sept", "write 2026-09"),
        ("2026/01", "write 2026-01"),
        ("2026-1", "write 2026-01"),
        ("01/2026", "write 2026-01"),
        ("202601", "write 2026-01"),
        ("05-12", "must be a period"),
        ("0000-01", "must be a period"),
        ("2026-13", "must be a period"),
        ("2026-02-30", "no such day"),
        ("2026-Q5", "must be a period"),
        ("2026-03..2026-01", "ends before it begins"),
        ("", "got nothing"),
        ("\u0662\u0660\u0662\u0666", "must be a period"),
        ("9999-12", "no such day"),
        ("x" * 5000, "must be a period"),
    ],
)
def test_periods_that_are_none_say_what_to_write(text, message):
    with pytest.raises(ValueError, match=r"must be|write|no such|ends") as refused:
        parse_period(text)
    assert message in str(refused.value)
    assert len(str(refused.value)) < 200


def test_periods():
    day = dt.date
    assert parse_period("2025") == (day(2025, 1, 1), day(2026, 1, 1))
    assert parse_period("2025-12") == (day(2025, 12, 1), day(2026, 1, 1))
    assert parse_period("2025-Q4") == (day(2025, 10, 1), day(2026, 1, 1))
    assert parse_period("2025-H2") == (day(2025, 7, 1), day(2026, 1, 1))
    assert parse_period("2024-02-29") == (day(2024, 2, 29), day(2024, 3, 1))
    assert parse_period("2025-01..2025-02") == (day(2025, 1, 1), day(2025, 3, 1))
