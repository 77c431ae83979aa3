"""Arrays of the rules: events, effect rows, their schedules and targets, licence offices; the calendar."""

from __future__ import annotations

from .arrays import Array, rows

RULE_ARRAYS: tuple[Array, ...] = (
    *rows(
        "int",
        "events",
        """
        event_status | code | waiting, dated or never (see `states`)
        event_day | day | first day
        event_notice_day | day | announcement
        event_trigger | code | what it waits for (see `states`)
        event_trigger_index | index | cell, node or event watched
        event_trigger_weeks | weeks | how long the condition must hold
        event_trigger_run | weeks | how long it has held
        event_not_before | day | earliest start of a triggered event
        event_first | day | nothing of it is seen before: the reported start, 0 for the outlook's
        event_suspended | 0/1 | suspended now
        event_end_told | 0/1 | its end is announced with it
        event_rumour_day | day | from which on it is rumoured, beyond any horizon if never
        event_repeat | code | once, every so often or by chance (see `states`)
        event_origin | day | from which occurrences are counted
        event_ahead | days | for which an occurrence is announced before it starts
        event_turn | count | number of the last occurrence that was looked at
        event_next | day | first day of the occurrence after the one of event_day
        event_begun | day | first day of the first occurrence that is over, -1 none
        """,
    ),
    *rows(
        "float",
        "events",
        """
        event_start | day | first day as given
        event_notice | day | announcement as given
        event_duration | days | length
        event_probability | share | chance that it happens
        event_threshold | any | level watched
        event_delay_low | days | shortest delay
        event_delay_high | days | longest delay
        event_every | days | between the starts of two occurrences
        event_chance | share/yr | chance to begin within a year in which it is not in force
        event_until | day | on which no occurrence begins any more
        event_rumoured | day | rumour as given
        event_rumour_share | share | probability that buyers give it while it is a rumour
        event_last | days | for which the last such policy was in force before what is simulated, 0 none
        event_age | days | for which the policy had been in force before its first day
        """,
    ),
    *rows("int", "events", "event_key | hash | entity of its draws"),
    *rows(
        "int",
        "effects",
        """
        effect_event | index | event, -1 = outlook (always)
        effect_op | code | operation (see `supplyrisk.operations.table`)
        effect_linear | 0/1 | straight lines between points
        effect_point_first | index | first point
        effect_point_count | count | points
        effect_target_first | index | first target
        effect_target_count | count | targets
        effect_parts | 0/1 | may part price zones
        effect_parted | 0/1 | ... and has: it is known
        effect_class | bit | of a rule that singles out buyers, 0 of others
        effect_office_first | index | first office, -1 none
        effect_done | 0/1 | the jump has been made
        effect_key | hash | entity of its draws
        effect_success | code | project: -1 not drawn, 0 failed, 1 goes ahead
        effect_period | count | quota period
        effect_turn | code | quota: 0 not in force, 1 to be applied to the week's orders, 2 applied
        """,
    ),
    *rows(
        "float",
        "effects",
        """
        effect_weeks | weeks | C: discounted weeks for which it is believed to hold
        effect_wait | weeks | to its start, 0 in force, -1 if nobody knows of it
        effect_held | weeks | in force so far
        effect_past | weeks | for which the last rule of the same seller on the same goods was in force, 0 none
        effect_left | t | quota left in the period
        effect_level | any | level now
        """,
    ),
    *rows("int", "kin", "effect_kin | 0/1 | two rules are of one seller on one product"),
    *rows("int", "codes", "zone_code | code | what a rule takes a zone for: 1 seller, 2 buyer, 3 both, 0 neither"),
    *rows("float", "numbers", "effect_numbers | any | further numbers of every row (see the operation's `params`)"),
    *rows("float", "points", "point_day | days | offset from the event's start"),
    *rows("float", "points", "point_level | any | level from then on"),
    *rows("int", "targets", "target_entity | index | lane, site, user or node"),
    *rows(
        "float",
        "targets",
        """
        target_share | any | number of its own as compiled (office, offtaker, share of a split user)
        target_value | any | that number or, of new demand, the weight in this run
        """,
    ),
    *rows(
        "int",
        "offices",
        """
        office_effect | index | licence effect
        office_key | hash | entity of its draws
        office_product | index | product
        office_column | index | first of its four weekly columns
        office_busy | count | officers at work
        office_officers | count | officers now
        office_turns | count | work: officers who may still open a file today
        office_pending | count | lots waiting or under review
        office_pending_days | days | sum of their filing days
        office_weeks | count | market weeks in force
        office_month | count | months of an unknown pace drawn so far
        """,
    ),
    *rows(
        "float",
        "offices",
        """
        office_normal | t/week | normal exports of its lanes
        office_lot | t | tonnes of a lot
        office_level | any | capacity now
        office_lost | t/week | normal exports of its lanes that a stricter office decides about
        office_reviewed | lots | running sum of lots the capacity allows
        office_backlog | t | waiting or under review
        office_granted | t | granted in the week
        office_refused | t | refused in the week
        office_seen | share | pace that holders have come to believe in
        office_between | ln | drawn: how fast an unknown office is, among regimes
        office_end | ln | drawn: the level at which it ends
        office_relapse | months | left of a relapse
        office_drawn | share | its pace this month, of normal exports
        """,
    ),
    *rows(
        "int",
        "months",
        "month_start | day | first day",
    ),
    *rows("float", "months", "season_month | index | calendar month 0-11"),
    *rows("int", "days", "day_month | index | month of the day"),
    *rows("int", "lanes", "lane_key | hash | entity of its draws"),
    *rows("int", "sites", "site_key | hash | entity of its draws"),
)
