"""What a study does, in plain sentences."""

from __future__ import annotations

from collections.abc import Iterator

from ..report.words import plain_uncertainty
from .load import LoadedStudy


def explain_study(study: LoadedStudy) -> Iterator[str]:
    """Lines of `explain`."""
    spec = study.spec
    yield spec.title
    if spec.question:
        yield spec.question
    yield ""
    for sentence in spec.sentences(study):
        yield plain_uncertainty(sentence)
    yield ""
    worlds = sorted(
        {
            f"{r.world.names.world} ({r.world.world.title})"
            for loaded in study.resolved.values()
            for r in loaded.resolutions
        }
    )
    yield f"World{'' if len(worlds) == 1 else 's'}: {', '.join(worlds)}."
    yield (
        f"About {spec.expected(study):,} cells of {spec.n_runs:,} runs each, all on the same draws (seed {study.seed}, sampler "
        f"{study.sampler})."
    )
    yield f"Kept of every run: {', '.join(spec.kept_outcomes())}."
    files = sorted({str(base.path) for base in study.bases.values() if base.path != study.path})
    if files:
        yield f"Varied scenario: {', '.join(files)} (explain tells what it does)."
