"""One reading of a text for all who ask at the same time, and a new one where files may have changed."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from supplyrisk.errors import Problems
from supplyrisk.workbench import loading
from supplyrisk.workbench.loading import Loadings

TEXT = "title: a\nworld: gallium\nhorizon: {start: 2026-01-01, years: 1}\nmonte_carlo: {runs: 8}\n"


def test_two_who_ask_at_once_get_one_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go, count = threading.Event(), threading.Event(), []

    def slow(text: str, path: Path) -> object:
        count.append(text)
        begun.set()
        assert go.wait(10)
        return object()

    monkeypatch.setattr(loading, "text_scenario", slow)
    loadings = Loadings()
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(loadings.scenario, TEXT, Path("a.yaml"))
        assert begun.wait(10)
        second = threads.submit(loadings.scenario, TEXT, Path("a.yaml"))
        go.set()
        assert first.result() is second.result()
    assert count == [TEXT]


def test_mistakes_are_told_to_all_who_ask_and_the_next_text_is_read() -> None:
    loadings = Loadings()
    wrong = TEXT.replace("gallium", "galium")
    for _ in range(2):
        with pytest.raises(Problems, match="galium"):
            loadings.scenario(wrong, Path("a.yaml"))
    assert loadings.scenario(TEXT, Path("a.yaml")).scenarios[0].world.name == "gallium"


def test_a_file_that_is_extended_is_read_anew_after_a_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "base.yaml").write_text(TEXT)
    loadings, path = Loadings(), tmp_path / "a.yaml"
    text = "extends: base.yaml\ntitle: mine\n"
    assert loadings.scenario(text, path).scenarios[0].runs == 8
    (tmp_path / "base.yaml").write_text(TEXT.replace("runs: 8", "runs: 9"))
    monkeypatch.setattr(loading, "AGE_S", 0.0)
    assert loadings.scenario(text, path).scenarios[0].runs == 9


def test_the_same_text_in_another_place_is_another_scenario(tmp_path: Path) -> None:
    for name, runs in (("x", 8), ("y", 9)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "base.yaml").write_text(TEXT.replace("runs: 8", f"runs: {runs}"))
    loadings, text = Loadings(), "extends: base.yaml\ntitle: mine\n"
    found = [loadings.scenario(text, tmp_path / name / "a.yaml").scenarios[0].runs for name in ("x", "y")]
    assert found == [8, 9]
