"""Every code block of the documentation does what the page says: see docs_pages for the conventions."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from . import docs_pages
from .docs_pages import ROOT, Block, anchors, apply_diff, blocks, cut_short, links, pages

# Only these may stand in a block that is not run: they set up, would start the tests within the tests, or take minutes
# and have tests of their own.
NOT_RUN = re.compile(
    r"(supplyrisk|python run_scenario\.py) (backtest|calibrate|gallery|workbench)|python run_scenario\.py (test|lint|setup)"
    r"|git |cd |python3? -m venv|python3? -m pip|pip install|source |\.venv|#|pytest|ruff|mypy|sphinx-build|\.ci/run"
    r"|python -m pytest|python benchmarks/|$"
)
# Parts of a scenario are checked below this.
FRAGMENT_HEAD = {
    "title": "title: a part of a scenario",
    "world": "world: ndfeb",
    "horizon": "horizon: {start: 2025-01-01, years: 6}",
}
SCENARIO_KEYS = {"title", "question", "extends", "world", "horizon", "baseline", "outlook", "uncertain", "events"}
SCENARIO_KEYS |= {"policies", "monte_carlo", "report"}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as it would be cloned, and `supplyrisk` and `python` on the way to it."""
    folder = tmp_path_factory.mktemp("docs") / "supplyrisk"
    ignore = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "build", "dist")
    shutil.copytree(ROOT, folder, ignore=ignore)
    for run in (folder / "outputs").iterdir():
        if run.is_dir():
            shutil.rmtree(run)
    bin_folder = folder.parent / "bin"
    bin_folder.mkdir()
    for name, arguments in (("python", ""), ("supplyrisk", "-m supplyrisk.cli ")):
        script = bin_folder / name
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}" {arguments}"$@"\n')
        script.chmod(0o755)
    return folder


@pytest.fixture
def workplace(copy: Path, tmp_path: Path) -> Path:
    """A fresh copy for one page, so that pages don't lean on each other."""
    return Path(shutil.copytree(copy, tmp_path / "supplyrisk"))


def run(command: list[str], copy: Path, workplace: Path, block: Block, text: str | None = None) -> str:
    """What the command prints; fails the page if it does not end as the block says."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "COV_"))}
    env["PATH"] = f"{copy.parent / 'bin'}{os.pathsep}{env['PATH']}"
    env |= {"PYTHONPATH": str(workplace / "sim"), "MPLBACKEND": "Agg", "COLUMNS": "100"}
    result = subprocess.run(
        command, input=text, cwd=workplace, env=env, capture_output=True, text=True, timeout=600, check=False
    )
    if result.returncode != int(block.options.get("fails", 0)):
        pytest.fail(f"{block.where}: exit code {result.returncode}\n{block.text}\n{result.stdout}\n{result.stderr}")
    assert "Traceback" not in result.stderr, block.where
    return f"{result.stdout}\n{result.stderr}"


def try_block(block: Block, copy: Path, workplace: Path, printed: str = "") -> str:
    """Try one block after one that printed `printed`; returns what is printed now."""
    if "file" in block.options:
        target = workplace / block.options["file"]
        assert target.resolve().is_relative_to(workplace.resolve()), block.where
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(block.text, encoding="utf-8")
    elif block.language in ("bash", "sh"):
        script = cut_short(block.text, block.options)
        return run(["bash", "-euo", "pipefail", "-s"], copy, workplace, block, script)
    elif block.language == "python":
        return run([sys.executable, "-W", "error", "-"], copy, workplace, block, block.text)
    elif block.language == "diff":
        apply_diff(block.text, workplace)
    elif "output" in block.options:
        said = {" ".join(line.split()) for line in printed.splitlines()}
        missing = [line for line in block.text.splitlines() if " ".join(line.split()) not in said | {"", "..."}]
        assert not missing, f"{block.where}: not printed:\n{printed}"
    return printed


def check_scenarios(found: list[Block], copy: Path, workplace: Path) -> None:
    """All scenarios and parts of scenarios of a page, in one go."""
    files = []
    for block in found:
        keys = set(re.findall(r"^(\w+):", block.text, re.MULTILINE))
        assert keys, f"{block.where}: neither a scenario nor a part of one; name its file with {{file=...}}"
        assert keys <= SCENARIO_KEYS, block.where
        head = [] if "extends" in keys else [line for key, line in FRAGMENT_HEAD.items() if key not in keys]
        files.append(workplace / "scenarios" / f"block_of_line_{block.line}.yaml")
        files[-1].write_text("\n".join([*head, block.text]), encoding="utf-8")
    run([sys.executable, "-m", "supplyrisk.cli", "check", *map(str, files)], copy, workplace, found[0])


def page_name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", pages(), ids=page_name)
def test_every_block_works(page: Path, copy: Path, request: pytest.FixtureRequest) -> None:
    to_try = [b for b in blocks(page) if not b.not_run and (b.language in docs_pages.TRIED or "output" in b.options)]
    if to_try:
        workplace = request.getfixturevalue("workplace")
        printed = ""
        for block in to_try:
            printed = try_block(block, copy, workplace, printed)
        scenarios = [block for block in to_try if block.language == "yaml" and "file" not in block.options]
        if scenarios:
            check_scenarios(scenarios, copy, workplace)


@pytest.mark.parametrize("page", pages(), ids=page_name)
def test_every_block_is_of_a_known_kind(page: Path) -> None:
    for block in blocks(page):
        assert block.language in docs_pages.TRIED | docs_pages.SHOWN, f"{block.where}: say which language it is"
        if block.not_run:
            assert block.language in ("bash", "sh"), block.where
            for line in block.text.splitlines():
                assert NOT_RUN.match(line), f"{block.where}: has to be run: {line}"
        for file in re.findall(r"tests/test_\w+\.py", block.text):
            assert (ROOT / file).exists() or "{" in file, f"{block.where}: {file}"


@pytest.mark.parametrize("page", pages(), ids=page_name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for number, target in links(page):
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), f"{page_name(page)}:{number}: {target}"
        if anchor and there.suffix == ".md":
            assert anchor in anchors(there), f"{page_name(page)}:{number}: {target}"


def test_every_page_is_in_the_index() -> None:
    index = ROOT / "docs" / "README.md"
    linked = {(index.parent / target.partition("#")[0]).resolve() for _, target in links(index)}
    assert {p for p in pages() if p.is_relative_to(ROOT / "docs") and p != index} <= linked


# --- the harness itself -------------------------------------------------------------------------------------------


def test_blocks_are_found_with_their_options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "text\n\n```bash {runs=4}\na\n```\n1. item\n\n   ```yaml {file=x/y.yaml}\n   b: 1\n     c: 2\n   ```\n\n"
        "<!-- not run: fetches the project -->\n```bash\ngit clone x\n```\n\n```\nno language\n```\n"
    )
    monkeypatch.setattr(docs_pages, "ROOT", tmp_path)
    first, second, third, fourth = blocks(page)
    assert (first.language, first.text, first.options, first.where) == ("bash", "a\n", {"runs": "4"}, "page.md:3")
    assert (second.text, second.options) == ("b: 1\n  c: 2\n", {"file": "x/y.yaml"})
    assert (third.not_run, fourth.not_run, fourth.language) == ("fetches the project", "", "")


def test_a_block_that_fails_fails_the_page(copy: Path, workplace: Path) -> None:
    bad = Block(ROOT / "README.md", 1, "bash", "false\ntrue\n")
    with pytest.raises(pytest.fail.Exception, match="exit code 1"):
        try_block(bad, copy, workplace)
    with pytest.raises(pytest.fail.Exception, match="KeyError"):
        try_block(Block(ROOT / "README.md", 1, "python", "{}['x']\n"), copy, workplace)
    shown = Block(ROOT / "README.md", 1, "text", "two  words\n...\n", {"output": "yes"})
    try_block(shown, copy, workplace, "two words\nmore")
    with pytest.raises(AssertionError, match="not printed"):
        try_block(shown, copy, workplace, "two more words")


def test_a_diff_changes_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("one\ntwo\n\nthree\n")
    (tmp_path / "b.py").write_text("x\n")
    apply_diff(
        "--- a/a.py\n+++ b/a.py\n@@ -2 +2 @@\n two\n+and a half\n\n@@\n-three\n--- a/b.py\n+++ b/b.py\n@@\n-x\n+y\n",
        tmp_path,
    )
    assert (tmp_path / "a.py").read_text() == "one\ntwo\nand a half\n\n"
    assert (tmp_path / "b.py").read_text() == "y\n"
    with pytest.raises(ValueError, match="0 times"):
        apply_diff("--- a/b.py\n+++ b/b.py\n@@\n-x\n+y\n", tmp_path)


def test_runs_are_cut_where_scenarios_are_run() -> None:
    script = "supplyrisk run a.yaml --runs 1000 \\\n  --out x\npython run_scenario.py scenarios/a.yaml\nsupplyrisk check a.yaml\n"
    assert cut_short(script, {"runs": "4"}).splitlines() == [
        "supplyrisk run a.yaml --out x --runs 4",
        "python run_scenario.py scenarios/a.yaml --runs 4",
        "supplyrisk check a.yaml",
    ]
    assert (
        cut_short("supplyrisk run a.yaml\n", {"runs": "4", "report": "no"})
        == "supplyrisk run a.yaml --runs 4 --no-report\n"
    )
    assert cut_short(script, {}) == script
