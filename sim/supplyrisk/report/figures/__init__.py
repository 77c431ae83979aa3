"""The figures a report can have: one small file each, registered in `FIGURES`.

A new figure is a file with a `ReportFigure` and a row here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...errors import SupplyriskError, did_you_mean
from .base import ReportFigure, topics
from .distributions import Distributions
from .exports_by_month import ExportsByMonth
from .exposure_tiles import ExposureTiles
from .flows import FlowsFigure
from .licence_office import LicenceOffice
from .policies_compared import PoliciesCompared
from .policy_ladder import PolicyLadder
from .price_fan import PriceFan
from .sensitivity import Sensitivity
from .shortage_fan import ShortageFan
from .up_to_today import UpToToday
from .who_short_when import WhoShortWhen

if TYPE_CHECKING:
    from ..run import Run

FIGURES: tuple[ReportFigure, ...] = (
    PriceFan(),
    ShortageFan(),
    WhoShortWhen(),
    ExposureTiles(),
    ExportsByMonth(),
    FlowsFigure(),
    LicenceOffice(),
    Distributions(),
    PoliciesCompared(),
    PolicyLadder(),
    Sensitivity(),
    UpToToday(),
)
FIGURE_BY_NAME = {figure.name: figure for figure in FIGURES}


def named(names: tuple[str, ...] | list[str]) -> list[ReportFigure]:
    """Figures by name.

    Raises
    ------
    SupplyriskError
        If a name is unknown; the message says what was meant.
    """
    for name in names:
        if name not in FIGURE_BY_NAME:
            raise SupplyriskError(f"there is no figure {name}{did_you_mean(name, FIGURE_BY_NAME, limit=12)}")
    return [FIGURE_BY_NAME[name] for name in names]


def chosen(run: Run) -> list[ReportFigure]:
    """What a run's report shows: `report: figures:` of the scenario, else what its events touch."""
    asked = run.options.figures
    if asked:
        return [figure for figure in named(asked) if figure.available(run)]
    touched = topics(run)
    return [figure for figure in FIGURES if set(figure.needs) <= touched and figure.available(run)]
