"""Batches of the fake engine, for the tests of the experiment room."""

from pathlib import Path

from supplyrisk.experiment.batch import Options, run_batch
from supplyrisk.results.folder import create

from tests import fakes

ENGINE = "tests.fakes:ENGINE"
HERE = Options(engine=ENGINE, workers=1, chunk=7)
ROOT = Path(__file__).parent.parent


def run(path, options=HERE, scenario=None, **given):
    return run_batch(scenario or fakes.scenario(**given), lambda: create(path), options, "title: x\n")


def hash_of(outcome):
    return outcome.manifest["results_hash"]
