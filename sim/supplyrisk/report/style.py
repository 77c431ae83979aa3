"""One look for every figure: colours, type, axes, and files that are the same to the byte each time.

Colours mean the same thing everywhere: grey is always the world without the events, vermilion the
scenario, the cool colours policies; price zones have theirs in the order of the world's file. They are taken
from palettes that colour-blind readers can tell apart, and differ in lightness so that a grey
print still works; where two lines share a panel they differ in dash as well.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from . import fonts
from .words import MONTHS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK = "#222222"
QUIET = "#6b6b6b"
RULE = "#d9d9d9"
BASELINE = "#8a8a8a"
SCENARIO = "#c2410c"
OBSERVED = "#111111"

# policies in the order of the scenario file: distinct in hue and in lightness
CIRCLED = "①②③④⑤⑥⑦⑧⑨"

POLICIES = ("#0b4f8a", "#3d9bd1", "#0f766e", "#6b4fa0", "#8fbf3f", "#5c6b7a", "#00b3a4", "#a58bd6")

ZONES = (
    ("purple", "#7b2d6b"),
    ("green", "#1b8a6b"),
    ("blue", "#3d6fb5"),
    ("ochre", "#b07d12"),
    ("slate", "#5c6b7a"),
    ("rose", "#c4578a"),
    ("olive", "#7d8526"),
    ("brown", "#8a5a3c"),
)

# upstream to downstream; light to dark so that the order can be read in grey

DASHES = ("-", (0, (5, 1.6)), (0, (1.2, 1.2)), (0, (6, 1.5, 1.2, 1.5)))

RC: dict[str, Any] = {
    "font.family": [fonts.FAMILY],
    "text.parse_math": False,  # what users wrote is drawn as they wrote it, dollar signs included
    "font.size": 9.0,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 11.0,
    "axes.titley": 1.0,  # else every draw looks for ticks above the panel, of which there are none
    "axes.labelsize": 8.5,
    "axes.labelcolor": QUIET,
    "axes.edgecolor": "#9a9a9a",
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "grid.color": RULE,
    "grid.linewidth": 0.6,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelsize": 8.0,
    "ytick.labelsize": 8.0,
    "xtick.major.size": 3.0,
    "ytick.major.size": 0.0,
    "xtick.minor.size": 0.0,
    "ytick.minor.size": 0.0,
    "text.color": INK,
    "lines.linewidth": 1.8,
    "lines.solid_capstyle": "round",
    "legend.frameon": False,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "svg.fonttype": "none",  # letters are text, not shapes
    "svg.hashsalt": "supplyrisk",
    "path.simplify": True,
    "text.hinting": "no_hinting",  # letters as in the SVG, and measured in half the time
    "figure.constrained_layout.h_pad": 0.07,
    "figure.constrained_layout.w_pad": 0.05,
    "figure.constrained_layout.hspace": 0.04,
    "figure.constrained_layout.wspace": 0.03,
}

PNG_DPI = 160
_TAG = re.compile(rb"<[^<>]*>")
_DECIMALS = re.compile(rb"(\d\.\d\d)\d+(?=[ \"\n])")  # a hundredth of a point is finer than any screen


@dataclass(frozen=True)
class Layout:
    """How much room a figure has: `width` in inches, at most `columns` panels side by side."""

    name: str
    width: float
    columns: int

    @property
    def characters(self) -> int:
        """Characters of the title's type that fit across the figure."""
        return int(self.width * 10.6)


WIDE = Layout("wide", 7.6, 2)
NARROW = Layout("narrow", 4.0, 1)


@contextmanager
def house_style() -> Iterator[None]:
    """Matplotlib settings of the project for the time of one figure; the caller's come back after."""
    mpl: Any = import_module("matplotlib")

    with mpl.rc_context(), warnings.catch_warnings():
        # Letters the font does not have (Chinese, say) are the reader's own on the page, boxes in the PNG.
        warnings.filterwarnings("ignore", r"Glyph .* missing from", UserWarning)
        mpl.rcdefaults()
        mpl.rcParams.update(RC)
        yield


def arm_colour(arm: str, policies: Sequence[str] = ()) -> str:
    """Colour of an arm; `policies` is the order in which the scenario lists them."""
    if arm == "baseline":
        return BASELINE
    if arm == "scenario" or not arm.startswith("policy:"):
        return SCENARIO
    name = arm.partition(":")[2]
    known = list(policies)
    return POLICIES[(known.index(name) if name in known else len(known)) % len(POLICIES)]


def arm_dash(arm: str) -> Any:
    """Dash of an arm's line: the baseline is dashed in every figure."""
    return DASHES[1] if arm == "baseline" else DASHES[0]


def zone_colour(zone: str, zones: Sequence[str] = ()) -> str:
    """Colour of a price zone, by its place in the world's file."""
    return ZONES[_rank(zone, zones) % len(ZONES)][1]


def zone_colour_name(zone: str, zones: Sequence[str] = ()) -> str:
    """What a caption calls that colour."""
    return ZONES[_rank(zone, zones) % len(ZONES)][0]


def zone_dash(zone: str, zones: Sequence[str] = ()) -> Any:
    """Dash of a zone's line, so that zones differ in a grey print too: the first zone's is broken, the next is whole."""
    return (DASHES[1], DASHES[0], *DASHES[2:])[_rank(zone, zones) % len(DASHES)]


def country_colour(country: str, zone_of: Mapping[str, str], zones: Sequence[str]) -> str:
    """Colour of a country: its zone's. Several put together are grey, unless they can only be of the second of two zones."""
    if country in zone_of:
        return zone_colour(zone_of[country], zones)
    return zone_colour(zones[-1], zones) if len(zones) == 2 else BASELINE


def _rank(zone: str, zones: Sequence[str]) -> int:
    return list(zones).index(zone) if zone in zones else len(zones)


def new_figure(layout: Layout, height: float) -> Figure:
    """An empty figure as wide as the page, its panels `height` inches high in all."""
    from matplotlib.figure import Figure

    return Figure(figsize=(layout.width, height + 0.2), layout="constrained")


def lines_of(text: str, width: int) -> list[str]:
    """Text on lines of at most `width` characters; a number stays with its per cent sign."""
    import textwrap

    return textwrap.wrap(text.replace(" %", "\N{NO-BREAK SPACE}%"), width)


def add_title(fig: Figure, title: str, subtitle: str, layout: Layout) -> None:
    """Title in bold and a quieter line with the unit and what the bands are, both left-aligned.

    The panels get the room that is left: the layout engine is told so.
    """
    head = lines_of(title, int(layout.characters * 0.92))
    below = lines_of(subtitle, int(layout.characters * 1.3))
    width, height = fig.get_size_inches()
    room = (len(head) * 11.5 * 1.3 + len(below) * 8.3 * 1.35 + 8) / 72.0
    fig.set_size_inches(width, height + room - 0.2)
    height += room - 0.2
    top = 1.0 - 4 / 72.0 / height
    fig.text(0.006, top, "\n".join(head), fontsize=11.5, fontweight="bold", va="top", linespacing=1.2)
    top -= len(head) * 11.5 * 1.32 / 72.0 / height
    fig.text(0.006, top, "\n".join(below), fontsize=8.3, color=QUIET, va="top", linespacing=1.3)
    _reserve(fig, top=room / height)


def add_footer(fig: Figure, text: str, layout: Layout) -> None:
    """A quiet line below the panels: the key to the numbered event marks."""
    lines = lines_of(text, int(layout.characters * 1.38))
    room = (len(lines) * 7.4 * 1.3 + 6) / 72.0
    width, height = fig.get_size_inches()
    old_top = 1.0 - _rect(fig)[1] - _rect(fig)[3]
    grown = height + room
    for label in fig.texts:  # titles keep their distance from the upper edge
        label.set_y(1.0 - (1.0 - label.get_position()[1]) * height / grown)
    fig.set_size_inches(width, grown)
    fig.text(0.006, 3 / 72.0 / grown, "\n".join(lines), fontsize=7.4, color=QUIET, va="bottom", linespacing=1.25)
    _reserve(fig, top=old_top * height / grown, bottom=room / grown)


def _rect(fig: Figure) -> tuple[float, float, float, float]:
    engine: Any = fig.get_layout_engine()
    rect: tuple[float, float, float, float] = engine.get()["rect"]
    return rect


def _reserve(fig: Figure, top: float, bottom: float = 0.0) -> None:
    engine: Any = fig.get_layout_engine()
    engine.set(rect=(0.0, bottom, 1.0, 1.0 - top - bottom))


def dates_module() -> Any:
    """`matplotlib.dates`, which ships no types."""
    return import_module("matplotlib.dates")


def date_axis(ax: Axes, start: Any, end: Any, narrow: bool = False) -> None:
    """Dates below the axis: month initials for a short horizon, years for a long one."""
    from matplotlib.ticker import FixedFormatter, FixedLocator

    mdates = dates_module()
    ax.set_xlim(mdates.date2num(start), mdates.date2num(end))
    ticks = date_ticks(start, end, 6 if narrow else 8)
    ax.xaxis.set_major_locator(FixedLocator([float(mdates.date2num(date)) for date, _ in ticks]))
    ax.xaxis.set_major_formatter(FixedFormatter([text for _, text in ticks]))


def date_ticks(start: Any, end: Any, most: int) -> list[tuple[Any, str]]:
    """Dates and texts of about `most` ticks: firsts of months, the year below the first of each, or years alone."""
    days = (end - start).days
    years = range(start.year, end.year + 1)
    if days > 1500:
        step = max(1, round(days / 365.25 / most))
        found = [(type(start)(year, 1, 1), str(year)) for year in years if year % step == 0]
        return [(date, text) for date, text in found if start <= date <= end]
    step = next((s for s in (1, 2, 3, 4, 6, 12) if max(1, round(days / 30.4)) / s <= most), 12)
    firsts = [type(start)(year, month, 1) for year in years for month in range(1, 13, step)]
    shown = [date for date in firsts if start <= date <= end]
    named = [MONTHS[date.month - 1][:3] for date in shown]
    new_year = [i == 0 or date.year != shown[i - 1].year for i, date in enumerate(shown)]
    return [(d, f"{m}\n{d.year}" if first else m) for d, m, first in zip(shown, named, new_year, strict=True)]


def index_axis(ax: Axes, low: float, high: float, log: bool | None = None, unit: str = "×") -> bool:
    """Axis of a price index (1 = normal), logarithmic once it spans more than a factor of four.

    Returns whether it is logarithmic; ticks read "2×", never "10^0".
    """
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    low, high = max(min(low, 1.0), 1e-6), max(high, 1.0)
    use_log = high / low > 4 if log is None else log
    if use_log:
        bottom, top = low / 1.15, high * max(1.2, (high / low) ** 0.28)
        ax.set_yscale("log")
        steps = (1, 2, 5) if top / bottom < 300 else (1,)
        ticks = [m * 10.0**e for e in range(-7, 8) for m in steps if bottom <= m * 10.0**e <= top]
        if top / bottom < 12:
            ticks = [t for t in (0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 4, 5, 7, 10, 15, 20, 30) if bottom <= t <= top]
        ax.yaxis.set_major_locator(FixedLocator(ticks))
        ax.yaxis.set_minor_locator(NullLocator())
        ax.set_ylim(bottom, top)
    else:
        pad = 0.08 * (high - low) + 0.02
        ax.set_ylim(max(0.0, low - pad), high + pad + 0.22 * (high - low))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _p: f"{v:g}{unit}"))
    return use_log


def label_right(ax: Axes, labels: Sequence[tuple[float, str, str]], height_in: float, size: float = 8.5) -> None:
    """Names beside the line ends, outside the panel, moved apart where they would overlap.

    `labels` are (y in data units, text, colour); `height_in` the rough height of the panel.
    """
    if not labels:
        return
    to_fraction = ax.transScale + ax.transLimits
    placed = [(float(to_fraction.transform((1.0, y))[1]), text, colour) for y, text, colour in labels]
    lines = [text.count("\n") + 1 for _, text, _ in placed]
    unit = size * 1.32 / 72.0 / height_in
    tops = spread([p[0] for p in placed], [n * unit for n in lines], -0.02, 1.04)
    for (_, text, colour), y in zip(placed, tops, strict=True):
        ax.annotate(
            text,
            xy=(1.0, y),
            xycoords="axes fraction",
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            ha="left",
            fontsize=size,
            color=colour,
            fontweight="bold",
            annotation_clip=False,
            linespacing=1.15,
        )


def spread(centres: Sequence[float], heights: Sequence[float], low: float, high: float) -> list[float]:
    """Move intervals of given heights apart, keeping their order and staying near their centres."""
    order = sorted(range(len(centres)), key=lambda i: centres[i])
    position = [min(max(centres[i], low), high) for i in order]
    size = [heights[i] for i in order]
    for _ in range(200):
        moved = False
        for a in range(len(position) - 1):
            overlap = (size[a] + size[a + 1]) / 2 - (position[a + 1] - position[a])
            if overlap > 1e-9:
                position[a] -= overlap / 2
                position[a + 1] += overlap / 2
                moved = True
        if position and position[0] < low:
            position[0] = low
        if position and position[-1] > high:
            position[-1] = high
        if not moved:
            break
    for a in range(len(position) - 1):  # pushed against the lower edge: stack upwards from there
        position[a + 1] = max(position[a + 1], position[a] + (size[a] + size[a + 1]) / 2)
    result = [0.0] * len(centres)
    for rank, i in enumerate(order):
        result[i] = position[rank]
    return result


def svg_bytes(fig: Figure) -> bytes:
    """The figure as SVG, without date or program, so that the same figure is the same bytes."""
    buffer = io.BytesIO()
    _settle(fig)
    fig.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return _TAG.sub(_tidy, buffer.getvalue())


def _tidy(tag: re.Match[bytes]) -> bytes:
    """A tag without needless digits, its fonts those of the same widths; texts between tags stay as they are."""
    named = tag[0].replace(f"font-family: '{fonts.FAMILY}'".encode(), f"font-family: {fonts.STACK}".encode())
    return _DECIMALS.sub(rb"\1", named)


def _settle(fig: Figure) -> None:
    """Lay the figure out once: saving it a second time then draws the same places, and is faster."""
    engine = fig.get_layout_engine()
    if engine is not None:
        engine.execute(fig)
        fig.set_layout_engine(None)  # "none" would leave a placeholder that makes each save draw twice


def png_bytes(fig: Figure) -> bytes:
    """The figure as PNG, without metadata."""
    buffer = io.BytesIO()
    _settle(fig)
    fig.savefig(buffer, format="png", dpi=PNG_DPI, metadata={"Software": None}, pil_kwargs={"compress_level": 4})
    return buffer.getvalue()
