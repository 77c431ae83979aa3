"""The figures a report can have: one small file each, registered in `FIGURES`.

A new figure is a file with a `ReportFigure` and a row here.
"""

from __future__ import annotations

from .base import ReportFigure
from .distributions import Distributions
from .exports_by_month import ExportsByMonth
from .exposure_tiles import ExposureTiles
from .flows import FlowsFigure
from .licence_office import LicenceOffice
from .policies_compared import PoliciesCompared
from .price_fan import PriceFan
from .sensitivity import Sensitivity
from .shortage_fan import ShortageFan
from .who_short_when import WhoShortWhen

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
    Sensitivity(),
)
FIGURE_BY_NAME = {figure.name: figure for figure in FIGURES}
