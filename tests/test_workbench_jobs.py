"""The queue of batches: child processes that can be cancelled, killed and run out of disk without anything being lost."""

from __future__ import annotations

import os
import signal
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from supplyrisk.commands import run as run_command
from supplyrisk.commands import study as study_command
from supplyrisk.errors import Problems, SupplyriskError
from supplyrisk.results.store import Store
from supplyrisk.workbench.documents import NotAllowed
from supplyrisk.workbench.jobs import CANCELLED, FAILED, FINISHED, RUNNING, STOPPED, Job, Jobs
from supplyrisk.workbench.library import Library

TEXT = """
title: China stops exports of gallium
world: gallium
horizon: {start: 2026-01-01, years: 1}
outlook: calm
events:
  - {name: ban, type: export_ban, origins: CN, products: [crude_gallium], start: 2026-03-01, duration: 6 months}
monte_carlo: {runs: 4, seed: 5, sampler: lhs}
"""
MANY = 3000  # runs that take longer than a test looks


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "ban.yaml").write_text(TEXT)
    return tmp_path


@pytest.fixture
def jobs(folder: Path) -> Iterator[Jobs]:
    made = Jobs(folder)
    yield made
    for job in made.jobs():
        made.cancel(job.id)
    made.close()


def until(true: Callable[[], object], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def the(jobs: Jobs, job: Job) -> Job:
    return next(each for each in jobs.jobs() if each.id == job.id)


def test_a_batch_is_computed_and_another_waits_its_turn(jobs: Jobs, folder: Path) -> None:
    first, second = jobs.start("ban.yaml"), jobs.start("ban.yaml", runs=2, pins={"events.ban.duration": "3 months"})
    assert first.out != second.out
    assert jobs.wait(180)
    assert [the(jobs, job).state for job in (first, second)] == [FINISHED, FINISHED]
    assert (the(jobs, first).done, the(jobs, second).done) == (4, 2)
    library = Library(folder)
    entries = {entry.name: entry for entry in library.entries()}
    assert {first.out, second.out} == set(entries)
    assert entries[first.out].state == "finished"
    assert "3 months" in (folder / second.out / "scenario.yaml").read_text()
    assert {"report.html", "report.xlsx", "summary.csv", "figures/price_fan.png"} <= set(library.files(first.out))
    compared = jobs.compare(first.out, second.out)
    assert jobs.wait(120)
    assert the(jobs, compared).state == FINISHED
    assert library.file(f"{first.out}/compare/compare.html").is_file()


def test_what_is_wrong_with_a_file_is_said_before_anything_is_queued(jobs: Jobs, folder: Path) -> None:
    (folder / "ban.yaml").write_text(TEXT.replace("6 months", "6 moons"))
    with pytest.raises(Problems, match="6 moons"):
        jobs.start("ban.yaml")
    with pytest.raises(NotAllowed):
        jobs.start("../ban.yaml")
    (folder / "broken.yaml").write_text("title: [")
    with pytest.raises(SupplyriskError):
        jobs.start("broken.yaml")
    assert not jobs.jobs()


def test_a_job_that_is_killed_says_so_and_can_be_resumed(jobs: Jobs, folder: Path) -> None:
    job = jobs.start("ban.yaml", runs=MANY)
    until(lambda: the(jobs, job).done > 0)
    os.kill(jobs.child_pid, signal.SIGKILL)
    assert jobs.wait(30)
    assert the(jobs, job).state == FAILED
    assert "signal 9" in the(jobs, job).told
    until(lambda: Library(folder).entry(job.out).state == "interrupted", 5)


def test_what_a_server_takes_with_it_is_resumed_by_the_next_and_can_be_cancelled(folder: Path) -> None:
    before = Jobs(folder)
    job, waiting, unwanted = before.start("ban.yaml", runs=MANY), before.start("ban.yaml"), before.start("ban.yaml")
    before.cancel(unwanted.id)
    until(lambda: the(before, job).done > 0)
    before.close()
    after = Jobs(folder)
    assert [the(after, each).state for each in (job, waiting, unwanted)] == [STOPPED, STOPPED, CANCELLED]
    entry = Library(folder).entry(job.out)
    assert (entry.state, entry.resumable) == ("interrupted", True)
    assert 0 < entry.done < MANY
    again = [after.again(number.id) for number in (job, waiting)]
    assert [each.kind for each in again] == ["resume", "run"]
    after.cancel(again[1].id)
    until(lambda: the(after, again[0]).state == RUNNING)
    after.cancel(again[0].id)
    assert after.wait(60)
    assert [the(after, each).state for each in again] == [CANCELLED, CANCELLED]
    assert the(after, again[0]).done_before >= entry.done
    after.close()


def test_a_disk_without_room_fails_the_job_with_the_reason(folder: Path) -> None:
    small = ("bash", "-c", 'ulimit -f 4; exec "$@"', "--", sys.executable, "-m", "supplyrisk.cli")
    jobs = Jobs(folder, small)
    job = jobs.start("ban.yaml")
    assert jobs.wait(120)
    jobs.close()
    assert the(jobs, job).state == FAILED
    assert "space" in the(jobs, job).told or "room" in the(jobs, job).told or "large" in the(jobs, job).told


def test_runs_of_the_command_line_appear_and_only_results_can_be_taken(folder: Path) -> None:
    out = folder / "mine" / "one"
    CliRunner().invoke(run_command.command, [str(folder / "ban.yaml"), "--out", str(out), "--quiet", "--no-report"])
    (out / "secret.txt").write_text("no")
    (out / "figures").mkdir(exist_ok=True)
    (out / "figures" / "price_fan.png").symlink_to(folder / "ban.yaml")
    library = Library(folder)
    assert [(entry.name, entry.state, entry.done) for entry in library.entries()] == [("mine/one", "finished", 4)]
    assert "secret.txt" not in library.files("mine/one")
    for name in ("mine/one/secret.txt", "ban.yaml", "../x", "mine/one/figures/price_fan.png", "mine/one"):
        with pytest.raises(SupplyriskError):
            library.file(name)
    packed = library.pack("mine/one", folder / "x.zip")
    with zipfile.ZipFile(packed) as found:
        names = found.namelist()
        how = found.read("one/HOW-TO-REPEAT.txt").decode()
    assert {"one/manifest.json", "one/scenario.yaml", "one/sources.csv", "one/series.parquet"} <= set(names)
    assert Store(out).manifest()["results_hash"] in how
    assert "supplyrisk run one" in how


def test_the_zip_of_a_study_repeats_it_elsewhere(
    jobs: Jobs, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    (folder / "studies").mkdir()
    (folder / "studies" / "long.yaml").write_text(
        "study: sweep\ntitle: How long\nquestion: How long?\nscenario: ../ban.yaml\nover:\n"
        "  - {path: events.ban.duration, name: length, values: [2 months, 4 months]}\n"
        "outcomes: [shortage_unserved_weeks]\narms: scenario\nplaces: [world]\nruns: 2\n"
    )
    job = jobs.start("studies/long.yaml")
    assert jobs.wait(180)
    assert (the(jobs, job).state, the(jobs, job).total) == (FINISHED, 4)
    entry = Library(folder).entry(job.out)
    assert (entry.kind, entry.done) == ("study", 4)
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    with zipfile.ZipFile(Library(folder).pack(job.out, folder / "x.zip")) as packed:
        packed.extractall(elsewhere)
    name = Path(job.out).name
    how = (elsewhere / name / "HOW-TO-REPEAT.txt").read_text()
    command = next(line for line in how.splitlines() if "supplyrisk study" in line).split()[2:]
    again = CliRunner().invoke(
        study_command.command,
        [str(elsewhere / command[0]), "--out", str(elsewhere / "again"), "--no-page", "--workers", "1"],
    )
    assert again.exit_code == 0, again.output
    assert Store(elsewhere / "again").manifest()["results_hash"] in how
