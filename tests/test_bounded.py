"""Whatever is handed in as a file is read, or refused quickly with a place: devices, pipes, folders, floods, loops."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from supplyrisk import bounded
from supplyrisk.bounded import Unreadable, read_bytes
from supplyrisk.errors import Problems
from supplyrisk.language import text
from supplyrisk.spec.load import read_scenario

ROOT = Path(__file__).parent.parent
TINY = ROOT / "tests" / "worlds" / "tiny"
BASE = f"title: t\nworld: {TINY}\nhorizon: {{start: 2025-01-01, years: 1}}\n"


@pytest.mark.parametrize("name", ["/dev/zero", "/dev/null", "/dev/tty", "/", "nothing", "x" * 20_000, "a\0b", "loop"])
def test_what_is_no_file_is_refused(tmp_path, name):
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(Unreadable):
        read_bytes(tmp_path / name)


def test_no_more_than_the_limit_is_read(tmp_path):
    (tmp_path / "x").write_bytes(b"12345")
    assert read_bytes(tmp_path / "x", 5) == b"12345"
    with pytest.raises(Unreadable, match="too large"):
        read_bytes(tmp_path / "x", 4)


def pipe(path, content, chunk=1000):
    os.mkfifo(path)

    def write():
        with path.open("wb", buffering=0) as file:
            try:
                for first in range(0, len(content), chunk):
                    file.write(content[first : first + chunk])
            except BrokenPipeError:
                pass

    thread = threading.Thread(target=write, daemon=True)
    thread.start()
    return thread


def test_a_pipe_is_read_to_its_end(tmp_path):
    content = bytes(range(256)) * 400
    thread = pipe(tmp_path / "p", content)
    time.sleep(0.05)
    assert read_bytes(tmp_path / "p") == content
    thread.join()


def test_a_pipe_that_floods_is_cut(tmp_path):
    thread = pipe(tmp_path / "p", b"x" * 400_000)
    time.sleep(0.05)
    with pytest.raises(Unreadable, match="too large"):
        read_bytes(tmp_path / "p", 1000)
    thread.join()


def test_a_pipe_through_which_nothing_comes_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(bounded, "PIPE_SECONDS", 0.1)
    os.mkfifo(tmp_path / "p")
    with pytest.raises(Unreadable, match="pipe"):
        read_bytes(tmp_path / "p")


def test_a_scenario_may_come_through_a_pipe(tmp_path):
    (tmp_path / "s.yaml").write_text(BASE)
    words = f"{sys.executable} -m supplyrisk.cli check <(cat {tmp_path / 's.yaml'})"
    done = subprocess.run(["bash", "-c", words], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


# --- layers without end ---------------------------------------------------------------------------


def problems_of(path):
    with pytest.raises(Problems) as refused:
        read_scenario(path)
    return refused.value.problems


def test_a_file_that_many_extend_is_read_once(tmp_path, monkeypatch):
    """Two to the twenty-fourth ways down, twenty-five levels of two files: every file once."""
    read = []
    plain = text.decode
    monkeypatch.setattr(text, "decode", lambda path, shown, *rest: read.append(path) or plain(path, shown, *rest))
    depth = 15
    for level in range(depth):
        for side in "ab":
            below = f"extends: [a{level + 1}.yaml, b{level + 1}.yaml]\n" if level < depth - 1 else BASE
            (tmp_path / f"{side}{level}.yaml").write_text(below)
    loaded = read_scenario(tmp_path / "a0.yaml")
    assert loaded.scenarios[0].title == "t"
    assert len([path for path in read if path.parent == tmp_path]) == 2 * depth - 1


def test_layers_that_multiply_are_refused(tmp_path):
    for level in range(18):
        for side in "ab":
            below = f"extends: [a{level + 1}.yaml, b{level + 1}.yaml]\n"
            if level == 17:
                below = (
                    BASE + "events:\n" + "  - {type: export_ban, origins: CN, products: metal, start: 2025-05-01}\n" * 3
                )
            (tmp_path / f"{side}{level}.yaml").write_text(below)
    begun = time.monotonic()
    (problem, *_) = problems_of(tmp_path / "a0.yaml")
    assert time.monotonic() - begun < 60
    assert problem.position.line
    assert "extends" in str(problem)


def test_a_long_chain_is_refused(tmp_path):
    for level in range(400):
        (tmp_path / f"{level}.yaml").write_text(f"extends: {level + 1}.yaml\n")
    (problem,) = problems_of(tmp_path / "0.yaml")
    assert "more than 20 files lie on one another" in str(problem)
    assert problem.position.line == 1


def test_the_same_file_twice_in_a_list_is_refused(tmp_path):
    (tmp_path / "base.yaml").write_text(BASE)
    (tmp_path / "s.yaml").write_text("extends: [base.yaml, ./base.yaml]\n")
    (problem,) = problems_of(tmp_path / "s.yaml")
    assert "./base.yaml stands there twice" in str(problem)


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (BASE + "x" * 900 + ": 1\n", "s.yaml:4:1: a key of 900 letters; at most 200"),
        (BASE + "question: " + "x" * 20_000 + "\n", "s.yaml:4:11: a text of 20,000 letters; at most 10,000"),
        (BASE.replace(str(TINY), "x" * 9_000), "s.yaml:2:8: world: no such world"),
        ("extends: " + "x" * 9_000 + "\n", "s.yaml:1:10: extends: "),
        (BASE + "report: {observed: " + "x" * 9_000 + "}\n", "s.yaml:4:20: report.observed: can't be read"),
        ("extends: /dev/zero\n", "s.yaml:1:10: extends: /dev/zero is no ordinary file"),
    ],
)
def test_names_without_end_are_refused_with_their_place(tmp_path, content, place):
    (tmp_path / "s.yaml").write_text(content)
    found = problems_of(tmp_path / "s.yaml")
    assert any(str(problem).startswith(f"{tmp_path}/{place}") for problem in found), str(found)[:500]
