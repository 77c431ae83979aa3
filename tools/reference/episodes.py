"""The reference page of episodes: their three files and the vocabulary of targets."""

from __future__ import annotations


def episodes_page() -> str:
    """`episodes.md`, made from the vocabulary itself."""
    from supplyrisk.backtest.episode import TARGET_UNITS, TARGETS, TARGETS_TOO
    from supplyrisk.backtest.statistics import STATISTICS
    from supplyrisk.spec.observed import COLUMNS, UNITS, VARIABLES

    from .markdown import code, page, table

    statistics = [
        (code(one.name), one.meaning, "" if one.argument != one.argument else f"{one.argument:g}", one.kind)
        for one in STATISTICS
    ]
    return page(
        "Episodes",
        "An episode is a folder with three or four files, and needs no code. `supplyrisk backtest FOLDER` runs it; without "
        "a folder the shipped ones are run.",
        "## scenario.yaml: the day-one forecast",
        "A scenario as any other, holding what was announced and known on day one. Numbers nobody knew are ranges; a "
        "licence regime without `capacity` has an office whose pace is drawn from past regimes. The world is set back by "
        "`baseline` (see the how-to). Everything before the first announcement is the reference; leave some months of it.",
        "## recorded.yaml: the office as recorded",
        "Optional. `extends: scenario.yaml`, and adds what came to be known: what an office let out (`capacity` of the event "
        "of the same name), how an order was carried out, what was announced later, with its own date. Both are held "
        "against the same observations and targets. Where exports follow from a recorded capacity they are an input; "
        "prices, stoppages and the rush before a rule are not.",
        "## observed.csv",
        "Columns: " + ", ".join(code(name) for name in COLUMNS) + ". The optional columns `variable`, `product`, "
        "`place` and `reference` say what a series is compared with; rows without a variable are kept as a record and "
        "compared with nothing. With a `reference`, the normal level in the series' own unit, both sides are divided by "
        "their normal. A period is written 2025, 2025-Q2, 2025-H1, 2025-04, 2025-04-16 or two of them with `..` "
        "between. A value has a decimal point and no separator of thousands. `#` at a line's start makes it a comment. "
        "Confidence is high, medium, low or assumption. Units with a conversion: "
        + ", ".join(code(name) for name in UNITS)
        + ". Flows are quantities of their period and compared as monthly rates. Points before the first announcement "
        "are drawn and not scored, nor is a quote of the first week that is itself the normal level.",
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
        "of two products. `legal_export_t` leaves out what leaked, and is what customs count; "
        "`quota_used_share` is the legal exports over the quota of the month; "
        "`replaced_share` what leaked over the direct trade that was lost.",
        "## Scores",
        "Scored are spot prices with a reference (or as an index) and flows with a reference, after day one. Prices are "
        "judged by their logarithm; quotes of one product and place less than a week apart are one. Headline numbers are of "
        "prices abroad: in places that are not the country whose goods are held back or whose plants stand still. Error is "
        "abs(ln(median / seen)); at weeks 4, 13, 26 and 52 the nearest observation counts, within a factor of 1.6. CRPS, log "
        "score and bands are of the runs with the model's own error inside them. Every episode weighs alike.",
        "## The model's own error",
        "A run holds the uncertainty of its inputs and not that of the model's form. What is left of ln price is a median "
        "shift (`error_shift`, mu), a part that is drawn once a run (`error_level`, tau) and one that wanders with an e-fold "
        "of 20 weeks (`error_weekly`, sigma). `supplyrisk calibrate` runs all episodes without it, writes what their medians "
        "leave over of prices abroad, and prints posterior means of all three under a normal and two half-normal priors: "
        "with each episode left out, by which that episode is scored, and from all, which is what ships in the worlds (of "
        "the day-one forecasts). It also prints the ln density of the episodes, each given the others, by which the form was "
        "chosen. With E other episodes tau is "
        "widened to tau t(E-1) sqrt(1 + 1/E). Nothing else is fitted.",
    )
