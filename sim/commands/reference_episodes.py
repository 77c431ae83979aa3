"""The reference page of episodes: their three files and the vocabulary of targets."""

from __future__ import annotations


def episodes_page() -> str:
    """`episodes.md`, made from the vocabulary itself."""
    from ..backtest.episode import TARGET_UNITS, TARGETS, TARGETS_TOO
    from ..backtest.statistics import STATISTICS
    from ..spec.observed import COLUMNS, UNITS, VARIABLES
    from .reference import code, page, table

    statistics = [
        (code(one.name), one.meaning, "" if one.argument != one.argument else f"{one.argument:g}", one.kind)
        for one in STATISTICS
    ]
    return page(
        "Episodes",
        "An episode is a folder with three files, and needs no code. `supplyrisk backtest FOLDER` runs it; without a "
        "folder the shipped ones are run.",
        "## scenario.yaml",
        "A scenario as any other, holding what was announced and known on day one. Numbers nobody knew are ranges. The "
        "world is set back by `baseline` (see the how-to). Everything before the first announcement is the reference; "
        "leave some months of it.",
        "## observed.csv",
        "Columns: " + ", ".join(code(name) for name in COLUMNS) + ". The optional columns `variable`, `product`, "
        "`place` and `reference` say what a series is compared with; rows without a variable are kept as a record and "
        "compared with nothing. With a `reference`, the normal level in the series' own unit, both sides are divided by "
        "their normal. A period is written 2025, 2025-Q2, 2025-H1, 2025-04, 2025-04-16 or two of them with `..` "
        "between. A value has a decimal point and no separator of thousands. `#` at a line's start makes it a comment. "
        "Confidence is high, medium, low or assumption. Units with a conversion: "
        + ", ".join(code(name) for name in UNITS)
        + ". Flows are quantities of their period and compared as monthly rates. Points before the first announcement "
        "are drawn and not scored.",
        "## targets.csv",
        "Columns: "
        + ", ".join(code(name) for name in (*TARGETS, *TARGETS_TOO))
        + ". A target is hit if the median run's "
        "number lies between `low` and `high`, which are in the unit given ("
        + ", ".join(code(name) for name in TARGET_UNITS if name)
        + "; nothing: as it is). Two terms are fixed: the first stoppage is the first week with more than 1 % of wanted "
        "use physically unserved, and zero exports are less than 1 % of normal.",
        "### Statistics",
        "A number in brackets replaces the default of the third column: `months_until_at_least(70 %)`.",
        table(("statistic", "meaning", "N if not given", "result"), statistics),
        "### Variables",
        ", ".join(code(name) for name in VARIABLES) + ".",
        "`product` and `place` may name several, joined by `+`. A place is a country, a group, a price zone, `all`; for "
        "flows `CN>US` (`CN>`: everybody abroad); `exCN/CN` is the ratio of two places, and a product written `A/B` that "
        "of two products. `legal_export_t` leaves out what leaked; `quota_used_share` is the legal exports over the "
        "quota of the month.",
        "## Calibration",
        "`supplyrisk calibrate` draws the shared behaviour from prior ranges and keeps what fits the episodes. "
        "`--leave-out NAME` leaves an episode out, and `backtest FOLDER --ensemble FILE` scores it by the table so made. "
        "Beside the table goes `FILE.error.csv`, the model's own error: what the accepted sets still get wrong, for prices "
        "and for flows, which `backtest` puts on top of the runs before it judges bands and CRPS.",
    )
