"""The queue of batches: child processes that can be cancelled, killed and run out of disk without anything being lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from supplyrisk.commands import run as run_command
from supplyrisk.commands import study as study_command
from supplyrisk.errors import Problems, SupplyriskError
from supplyrisk.report.run import open_run
from supplyrisk.results.store import Store
from supplyrisk.workbench.asked import fault, runs_asked, seed_asked
from supplyrisk.workbench.children import environment
from supplyrisk.workbench.documents import STATE, NotAllowed
from supplyrisk.workbench.job import (
    CANCELLED,
    FAILED,
    FINISHED,
    RUNNING,
    STOPPED,
    WAITING,
    Job,
    advanced,
    at_the_end,
    how_far,
    own_words,
    what_happened,
)
from supplyrisk.workbench.jobs import Jobs
from supplyrisk.workbench.library import Library, zip_name
from supplyrisk.workbench.numbers import metric_names, named, note_on
from supplyrisk.workbench.pages.runs import offers

TEXT = """
title: China stops exports of gallium
world: gallium
horizon: {start: 2026-01-01, years: 1}
outlook: calm
events:
  - {name: ban, type: export_ban, origins: CN, products: [crude_gallium], start: 2026-03-01, duration: 6 months}
monte_carlo: {runs: 4, seed: 5, sampler: lhs}
"""
SWEEP = """
study: sweep
title: How long
question: How long?
scenario: ban.yaml
over:
  - {path: events.ban.duration, name: length, values: [2 months, 4 months]}
outcomes: [shortage_unserved_weeks]
arms: scenario
places: [world]
runs: 2
"""
# The command line without the report, which takes most of the time of a small batch.
QUICK = (
    sys.executable,
    "-c",
    "import supplyrisk.commands.shown as shown; shown.build_report = lambda folder: folder; "
    "from supplyrisk.cli import main; main()",
)
SOME = 300  # runs that take some seconds
MANY = 3000  # runs that take longer than a test looks


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "ban.yaml").write_text(TEXT)
    return tmp_path


@pytest.fixture
def jobs(folder: Path) -> Iterator[Jobs]:
    made = Jobs(folder, QUICK)
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


def test_a_batch_is_computed_and_another_waits_its_turn(folder: Path) -> None:
    jobs = Jobs(folder)
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
    jobs.close()


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


def test_what_is_typed_is_refused_beside_the_field_before_anything_is_written(jobs: Jobs, folder: Path) -> None:
    for said in ("-5", "0", "1.7", "many", "1e3", "10000000", "9" * 40):
        assert "whole number from 1 to 1,000,000" in str(fault(said, runs_asked))
        with pytest.raises(SupplyriskError, match="Runs must be"):
            jobs.start("ban.yaml", runs=said)
    assert "did you mean 10000" in str(fault("10,000", runs_asked))
    for seed in ("-3", "1.7", str(2**53 + 1)):
        assert "The seed must be" in str(fault(seed, seed_asked))
        with pytest.raises(SupplyriskError, match="The seed must be"):
            jobs.start("ban.yaml", seed=seed)
    assert [fault(said, asked) for said, asked in (("", runs_asked), ("10 000", runs_asked), ("0", seed_asked))] == [
        None
    ] * 3
    assert not jobs.jobs()
    assert [path.name for path in folder.iterdir()] == ["ban.yaml"]


def test_a_cancelled_batch_keeps_its_runs_and_goes_on_to_the_same_results(jobs: Jobs, folder: Path) -> None:
    job = jobs.start("ban.yaml", runs=SOME)
    seen: list[int] = []

    def few() -> bool:
        seen.append(the(jobs, job).done)
        return seen[-1] > 0

    until(few)
    jobs.cancel(job.id)
    assert "ending" in how_far(the(jobs, job))
    assert jobs.wait(60)
    stopped = the(jobs, job)
    kept = stopped.done
    assert (stopped.state, stopped.can_go_on, stopped.can_open) == (CANCELLED, True, True)
    assert 0 < kept < SOME
    assert f"{kept:,} of {SOME:,} runs are finished and kept: “Go on”" in what_happened(stopped)
    assert "resume" not in what_happened(stopped)
    rest = jobs.again(job.id)
    assert not the(jobs, job).can_go_on
    assert what_happened(the(jobs, job)) == f"It went on as job {rest.id}."
    with pytest.raises(SupplyriskError, match="nothing to go on with"):
        jobs.again(job.id)
    until(lambda: the(jobs, rest).state != WAITING)
    assert the(jobs, rest).done_before == kept
    assert jobs.wait(180)
    assert (the(jobs, rest).state, the(jobs, rest).done) == (FINISHED, SOME)
    with pytest.raises(SupplyriskError, match="is finished"):
        jobs.resume(job.out)
    whole = folder / "whole"
    CliRunner().invoke(
        run_command.command, [str(folder / "ban.yaml"), "--out", str(whole), "--runs", str(SOME), "-q", "--no-report"]
    )
    assert Store(folder / job.out).manifest()["results_hash"] == Store(whole).manifest()["results_hash"]


def test_a_cancelled_study_says_how_far_it_is_and_goes_on(jobs: Jobs, folder: Path) -> None:
    (folder / "long.yaml").write_text(SWEEP.replace("runs: 2", "runs: 3000"))
    job = jobs.start("long.yaml")
    until(lambda: the(jobs, job).done > 0)
    jobs.cancel(job.id)
    assert jobs.wait(60)
    entry = Library(folder).entry(job.out)
    assert (entry.state, entry.runs, entry.resumable) == ("interrupted", 6000, True)
    assert 0 < entry.done < 6000
    rest = jobs.again(job.id)
    assert jobs.wait(180)
    assert (the(jobs, rest).state, the(jobs, rest).done, the(jobs, rest).total) == (FINISHED, 6000, 6000)


def test_the_time_left_is_that_of_the_pace_and_the_end_is_named() -> None:
    job = Job(1, "run", "a.yaml", "outputs/a", (), state=RUNNING, total=100)
    assert "starting" in how_far(advanced(job, 0, 100, 9.0))
    job = advanced(job, 10, 100, 10.0)  # ten seconds of start are no pace
    assert job.seconds_left is None
    job = advanced(job, 30, 100, 14.0)
    assert job.seconds_left == pytest.approx(14.0)
    assert how_far(job) == "30 of 100 runs, about 14 s left, then the report"
    assert advanced(job, 30, 100, 16.0).seconds_left == pytest.approx(12.0)  # it does not grow between two chunks
    assert "report are being written" in how_far(advanced(job, 100, 100, 30.0))


def test_commands_of_the_command_line_are_not_repeated_on_the_page() -> None:
    said = (
        "3 runs are missing; python run_scenario.py resume outputs/a/b computes them\n"
        "the tables are complete, but the report failed: OSError: no; supplyrisk report outputs/a/b tries again\n"
        "outputs/a/b/report.html"
    )
    assert own_words(said) == "3 runs are missing\nthe tables are complete, but the report failed: OSError: no"
    said = "error: 3 runs failed. Draw it again with python run_scenario.py report outputs/a/b"
    assert own_words(said) == "error: 3 runs failed."
    assert own_words("python run_scenario.py report outputs/a/b") != ""


def test_a_job_that_is_killed_says_so_and_can_be_resumed(jobs: Jobs, folder: Path) -> None:
    job = jobs.start("ban.yaml", runs=MANY)
    until(lambda: the(jobs, job).done > 0)
    os.kill(jobs.child_pid, signal.SIGKILL)
    assert jobs.wait(30)
    assert the(jobs, job).state == FAILED
    assert "ended from outside (signal 9" in what_happened(the(jobs, job))
    assert the(jobs, job).can_go_on
    until(lambda: Library(folder).entry(job.out).state == "interrupted", 5)


def test_what_a_server_takes_with_it_is_resumed_by_the_next_and_can_be_cancelled(folder: Path) -> None:
    before = Jobs(folder, QUICK)
    job, waiting, unwanted = before.start("ban.yaml", runs=MANY), before.start("ban.yaml"), before.start("ban.yaml")
    before.cancel(unwanted.id)
    until(lambda: the(before, job).done > 0)
    before.close()
    after = Jobs(folder, QUICK)
    assert [the(after, each).state for each in (job, waiting, unwanted)] == [STOPPED, STOPPED, CANCELLED]
    assert f"of {MANY:,} runs are finished and kept; start the workbench again" in at_the_end(the(before, job))
    assert "interrupted before its end" in what_happened(the(after, job))
    assert "turn had not come" in what_happened(the(after, waiting))
    entry = Library(folder).entry(job.out)
    assert (entry.state, entry.resumable) == ("interrupted", True)
    assert 0 < entry.done < MANY
    again = [after.again(number.id) for number in (job, waiting)]
    assert [each.kind for each in again] == ["resume", "run"]
    with pytest.raises(SupplyriskError, match=r"in the queue already|is being computed"):
        after.resume(job.out)
    after.cancel(again[1].id)
    until(lambda: the(after, again[0]).state == RUNNING)
    after.cancel(again[0].id)
    assert after.wait(60)
    assert [the(after, each).state for each in again] == [CANCELLED, CANCELLED]
    assert the(after, again[0]).done_before >= entry.done
    after.close()


def test_a_job_of_a_server_that_was_killed_is_followed_to_its_end(folder: Path) -> None:
    words = (
        "import sys, time; from pathlib import Path; from supplyrisk.workbench.jobs import Jobs\n"
        "jobs = Jobs(Path(sys.argv[1])); jobs.start('ban.yaml', runs=int(sys.argv[2])); time.sleep(600)"
    )
    server = subprocess.Popen([sys.executable, "-c", words, str(folder), str(MANY)], env=environment())
    listed = folder / STATE / "jobs.json"
    until(lambda: listed.is_file() and [each for each in Library(folder).entries() if each.who and each.done])
    server.kill()
    server.wait()
    after = Jobs(folder, QUICK)
    (job,) = after.jobs()
    assert job.state == RUNNING
    after.cancel(job.id)
    assert after.wait(60)
    assert the(after, job).state == CANCELLED
    assert not Library(folder).entry(job.out).who
    after.close()


@pytest.mark.parametrize("name", ["ban.yaml", "long.yaml"])
def test_a_disk_without_room_fails_the_job_with_the_reason(folder: Path, name: str) -> None:
    (folder / "long.yaml").write_text(SWEEP)
    small = ("bash", "-c", 'ulimit -f 4; exec "$@"', "--", sys.executable, "-m", "supplyrisk.cli")
    jobs = Jobs(folder, small)
    job = jobs.start(name)
    assert jobs.wait(120)
    jobs.close()
    assert the(jobs, job).state == FAILED
    assert "The disk is full" in what_happened(the(jobs, job))


def test_what_cannot_be_compared_is_said_at_once(jobs: Jobs, folder: Path) -> None:
    (folder / "long.yaml").write_text(SWEEP)
    for name, command, file in (("a", run_command, "ban.yaml"), ("s", study_command, "long.yaml")):
        page = "--no-page" if name == "s" else "--no-report"
        CliRunner().invoke(command.command, [str(folder / file), "--out", str(folder / name), page, "--workers", "1"])
    for one, other, why in (("a", "s", "s is a study"), ("a", "a", "with itself")):
        with pytest.raises(SupplyriskError, match=why):
            jobs.compare(one, other)
    assert not jobs.jobs()


def test_runs_of_the_command_line_appear_and_only_results_can_be_taken(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = folder / "mine" / "one"
    CliRunner().invoke(run_command.command, [str(folder / "ban.yaml"), "--out", str(out), "--quiet", "--no-report"])
    manifest = Store(out).manifest()  # its command is that of the tests
    Store(out).write_manifest({**manifest, "command": ["cli.py", "run", str(folder / "ban.yaml")]})
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
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    with zipfile.ZipFile(packed) as found:
        found.extractall(elsewhere)
        names = found.namelist()
        how = found.read("one/HOW-TO-REPEAT.txt").decode()
    assert {"one/manifest.json", "one/scenario.yaml", "one/sources.csv", "one/series.parquet"} <= set(names)
    assert Store(out).manifest()["results_hash"] in how
    assert f"{zip_name('mine/one')}, which unpacks into the folder one" in how
    (command,) = [line.split()[2:] for line in how.splitlines() if line.startswith("    supplyrisk run ")]
    monkeypatch.chdir(elsewhere)
    assert CliRunner().invoke(run_command.command, [*command, "--out", "again", "--no-report"]).exit_code == 0
    assert Store(elsewhere / "again").manifest()["results_hash"] in how
    assert library.source("mine/one") == "ban.yaml"
    assert not library.entry("mine/one").compared
    (out / "compare").mkdir()
    (out / "compare" / "compare.html").write_text("x")
    entry = library.entry("mine/one")
    other = replace(entry, name="two", compared=False)
    allowed = [offers(chosen)[0] >= {"compared"} for chosen in ([entry], [entry, other], [other, entry], [other])]
    assert allowed == [True, True, False, False]


def test_numbers_of_a_run_are_called_what_the_report_calls_them(folder: Path) -> None:
    out = folder / "one"
    CliRunner().invoke(run_command.command, [str(folder / "ban.yaml"), "--out", str(out), "--quiet", "--no-report"])
    run = open_run(out)
    table = named(run)
    for name in ("arm", "product", "place", "end_use"):
        assert len(table[name].unique()) == len(run.summary[name].unique())  # no two become one
        assert not {said for said in table[name].unique() if said == "exCN" or "_" in said or len(said) < 2}
    assert {"scenario", "without the events", "effect of the events"} <= set(table["arm"])
    called = metric_names(sorted(map(str, run.summary["metric"].unique())))
    assert len(set(called.values())) == len(called)
    assert called["price_spot_peak_index"] == "Highest week of the quoted price"
    assert not [said for key, said in called.items() if key in said]
    assert "Peak of the median" in note_on("price_spot_peak_index")
    assert note_on("shortage_t") == ""


def test_the_zip_of_a_study_repeats_it_elsewhere(
    jobs: Jobs, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    (folder / "studies").mkdir()
    (folder / "studies" / "long.yaml").write_text(SWEEP.replace("ban.yaml", "../ban.yaml"))
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
