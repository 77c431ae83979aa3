"""The page of studies: every shipped study is on it, with a picture and its answer."""

from __future__ import annotations

import shutil
from pathlib import Path

from click.testing import CliRunner

from tools.study_gallery import command, sections

ROOT = Path(__file__).parents[1]
SHIPPED = sorted((ROOT / "scenarios" / "studies").glob("*.yaml"))
PAGE = ROOT / "docs" / "studies.md"


def test_every_shipped_study_is_shown() -> None:
    shown = dict(sections(PAGE.read_text(encoding="utf-8")))
    assert list(shown) == [path.stem for path in SHIPPED]
    for name, part in shown.items():
        assert f"](images/studies/{name}.png)" in part
        assert (PAGE.parent / "images" / "studies" / f"{name}.png").stat().st_size < 150_000


def test_one_study_is_renewed_and_the_others_stay(tmp_path: Path) -> None:
    page = shutil.copy(PAGE, tmp_path / "studies.md")
    before = dict(sections(page.read_text(encoding="utf-8")))
    words = ["how_long_a_ban", "--page", str(page), "--studies", str(ROOT / "scenarios/studies"), "--runs", "2"]
    done = CliRunner().invoke(command, words)
    assert done.exit_code == 0, done.output
    after = dict(sections(page.read_text(encoding="utf-8")))
    assert list(after) == list(before)
    assert "9 cells of 2 runs" in after["how_long_a_ban"]
    assert {name for name in after if after[name] != before[name]} == {"how_long_a_ban"}
    assert (tmp_path / "images" / "studies" / "how_long_a_ban.png").exists()
    text, whole = page.read_text(encoding="utf-8"), PAGE.read_text(encoding="utf-8")
    assert text.partition("<!-- shipped")[0] == whole.partition("<!-- shipped")[0]
    assert text.partition("<!-- end of")[2] == whole.partition("<!-- end of")[2]
