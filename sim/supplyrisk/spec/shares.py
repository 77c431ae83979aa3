"""Countries' shares of the output of a product, as an analyst states them: of countries, groups and their members.

What is stated for a group holds for all of it, what is stated for a member holds for the member: `{EU: 10 %, DE: 2 %}`
means 10 % for the EU, of which 2 % Germany. The countries that are not named keep their proportions: those of a
group share what its stated members leave, all others share what is left of the whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..language.numbers import Num, Sampled
from ..language.uncertain import Uncertain
from ..sums import add_up
from .baseline import ShareOverride
from .cells import cells_of
from .precedence import SECTIONS

if TYPE_CHECKING:
    from .apply import Draft

OUTPUT = "output_t_per_year"
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Stated:
    """One share in one section."""

    section: str
    share: ShareOverride

    @property
    def written(self) -> str:
        """Name of the country or group."""
        return self.share.path.split(".")[2]


@dataclass
class Part:
    """A stated share with the countries that no smaller statement takes out of it, and what is left for them."""

    stated: Stated
    number: Num
    rest: Num
    countries: tuple[str, ...]


class Contradiction(Exception):
    """Shares that can't hold together."""

    def __init__(self, stated: Stated, message: str) -> None:
        super().__init__(message)
        self.stated, self.message = stated, message


def set_shares(draft: Draft, stated: Sequence[Stated], products: Sequence[str]) -> None:
    """Set the outputs of all products for which shares are stated, whatever the order of the statements."""
    for product in products:
        chosen = _chosen([item for item in stated if product in item.share.products])
        if not chosen:
            continue
        try:
            _share_out(draft, product, chosen)
        except Contradiction as found:
            draft.fault(found.stated.section, found.stated.share.path, found.message)


def _chosen(stated: Sequence[Stated]) -> list[Stated]:
    """For each country or group the statement that holds: the one for fewest products, `uncertain` before `baseline`."""
    best: dict[str, Stated] = {}
    for item in sorted(stated, key=lambda item: (-len(item.share.products), SECTIONS.index(item.section))):
        best[item.written] = item
    return [best[name] for name in sorted(best)]


def _share_out(draft: Draft, product: str, stated: Sequence[Stated]) -> None:
    output = {key[2]: draft.central(value) for key, value in cells_of(draft.values, OUTPUT) if key[1] == product}
    total = add_up(output.values())
    drawn = [item for item in stated if isinstance(item.share.value, Uncertain)]
    if len(drawn) > 1:
        raise Contradiction(drawn[1], "only one share of a product can be uncertain; the rest follows from it")
    shares: dict[str, Num] = {}
    parts = _parts(draft, stated)
    for part in parts:
        tonnes = add_up(output.get(country, 0.0) for country in part.countries)
        _check_part(draft, product, part, parts, tonnes)
        if tonnes > 0:
            shares |= {c: part.rest * (output.get(c, 0.0) / tonnes) for c in part.countries}
        else:
            shares |= dict.fromkeys(part.countries, 0.0)
    rest: Num = 1.0
    for part in parts:
        rest = minus(rest, part.rest)
    others = {country: tonnes for country, tonnes in output.items() if country not in shares}
    left = add_up(others.values())
    _check_whole(draft, product, rest, parts[-1].stated, left)
    for country, tonnes in others.items():
        shares[country] = rest * (tonnes / left) if left > 0 else 0.0
    for country, share in shares.items():
        draft.values[(OUTPUT, product, country)] = share * total


def _parts(draft: Draft, stated: Sequence[Stated]) -> list[Part]:
    """Statements from the smallest on, each without the countries of those inside it."""
    parts: list[Part] = []
    for item in sorted(stated, key=lambda item: (len(item.share.countries), item.written)):
        number = draft.number(item.share.value, item.share.path, 0.0, 1.0)
        rest, countries = number, set(item.share.countries)
        for inner in parts:
            inside = set(inner.stated.share.countries)
            if inside <= set(item.share.countries):
                rest = minus(rest, inner.rest)
                countries -= inside
        for other in parts:
            shared = countries & set(other.countries)
            if shared:
                names = ", ".join(sorted(shared))
                raise Contradiction(
                    item, f"overlaps with the share of {other.stated.written}: give {names}, in both, a share too"
                )
        parts.append(Part(item, number, rest, tuple(sorted(countries))))
    return parts


def _check_part(draft: Draft, product: str, part: Part, parts: Sequence[Part], tonnes: float) -> None:
    """What is left of a group for the members that are not named: not less than nothing, and somebody's."""
    inner = [p.stated.written for p in parts if p is not part and _is_inside(p, part)]
    low, high = ends_of(draft, part.rest)
    if low < -TOLERANCE:
        most = f"{draft.central(part.number) * 100:.4g} %"
        raise Contradiction(
            part.stated, f"is less than the shares of {', '.join(inner)}, which are part of it (got {most})"
        )
    if tonnes > 0 or high <= TOLERANCE:
        return
    if inner and not part.countries:
        given = (draft.central(part.number) - draft.central(part.rest)) * 100
        message = f"its members are all given and sum to {given:.4g} % (got {draft.central(part.number) * 100:.4g} %)"
    elif inner:
        message = f"nobody but {', '.join(inner)} makes {product} in it, whose shares sum to another number"
    else:
        message = f"makes no {product} in this world; give it output_t_per_year and buyers first"
    raise Contradiction(part.stated, message)


def _is_inside(inner: Part, outer: Part) -> bool:
    return set(inner.stated.share.countries) <= set(outer.stated.share.countries)


def _check_whole(draft: Draft, product: str, rest: Num, last: Stated, left: float) -> None:
    low, high = ends_of(draft, rest)
    if low < -TOLERANCE:
        raise Contradiction(last, f"the shares of {product} sum to {(1 - low) * 100:.4g} %, more than all of it")
    if left <= 0 and max(abs(low), abs(high)) > TOLERANCE:
        raise Contradiction(last, f"the shares of {product} must sum to 100 %: no other country makes it")


def ends_of(draft: Draft, number: Num) -> tuple[float, float]:
    """Lowest and highest value in any run; draws without an end of their own are kept where nothing is negative."""
    if not isinstance(number, Sampled):
        return number, number
    column = draft.columns[number.column]
    if column.kind in ("normal", "lognormal") and number.scale:
        end = -number.offset / number.scale
        low, high = (column.low, min(column.high, end)) if number.scale < 0 else (max(column.low, end), column.high)
        if draft.central(number) >= 0:
            draft.columns[number.column] = replace(column, low=low, high=high)
        return draft.central(number), draft.central(number)
    ends = [number.offset + number.scale * end for end in column.support()]
    return min(ends), max(ends)


def minus(first: Num, second: Num) -> Num:
    """Difference of two numbers whose draws, if any, are the same column."""
    if isinstance(first, Sampled) and isinstance(second, Sampled):
        scale, offset = first.scale - second.scale, first.offset - second.offset
        return Sampled(first.column, scale, offset) if scale else offset
    if isinstance(second, Sampled):
        assert not isinstance(first, Sampled)
        return (second * -1.0) + first
    return first - second
