"""A fan: quantiles over runs of one series, date by date."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

DIMENSIONS = ("product", "place", "end_use")


@dataclass(frozen=True)
class Fan:
    """Quantiles over runs at each date.

    Parameters
    ----------
    dates : array of datetime64
        First day of each week or month.
    levels : tuple of float
        Quantiles, rising.
    values : array (dates, levels)
        In `unit`.
    added : bool
        True if the fan of a total had to be added up from fans of its parts, which is exact only if
        the parts move together; captions say so.
    """

    dates: Any
    levels: tuple[float, ...]
    values: Any
    unit: str
    added: bool = False

    def at(self, level: float) -> np.ndarray:
        """The quantile nearest to `level`, over time."""
        index = min(range(len(self.levels)), key=lambda i: abs(self.levels[i] - level))
        column: np.ndarray = self.values[:, index]
        return column

    def scaled(self, factor: float, unit: str) -> Fan:
        """The same fan in another unit."""
        return Fan(self.dates, self.levels, self.values * factor, unit, self.added)

    def moved(self, step: np.timedelta64) -> Fan:
        """The same fan with its dates shifted (monthly values stand at the middle of their month)."""
        return Fan(self.dates + step, self.levels, self.values, self.unit, self.added)

    def table(self, **names: str) -> pd.DataFrame:
        """Long table: the given name columns, date, quantile, value, unit."""
        import numpy as np
        import pandas as pd

        count = len(self.levels)
        return pd.DataFrame(
            {
                **{key: [text] * (len(self.dates) * count) for key, text in names.items()},
                "date": np.repeat(np.asarray(self.dates, dtype="datetime64[D]").astype(str), count),
                "quantile": np.tile(np.asarray(self.levels), len(self.dates)),
                "value": np.asarray(self.values).reshape(-1),
                "unit": self.unit,
            }
        )


def all_fans(table: pd.DataFrame) -> dict[tuple[str, str, str], Fan]:
    import numpy as np

    if table.empty:
        return {}
    stored = table[table["quantile"].notna()]
    codes = [stored[name].cat.codes.to_numpy() for name in DIMENSIONS]
    order = np.lexsort((stored["quantile"].to_numpy(dtype=float), stored["date"].to_numpy(), *codes[::-1]))
    stored, codes = stored.iloc[order], [code[order] for code in codes]
    dates, values = stored["date"].to_numpy(), stored["value"].to_numpy(dtype=float)
    levels = tuple(float(q) for q in np.unique(stored["quantile"].to_numpy(dtype=float)))
    new = np.any([np.diff(code, prepend=code[:1]) != 0 for code in codes], axis=0)
    starts = [0, *np.flatnonzero(new).tolist()]
    ends = [*starts[1:], len(values)]
    product, place, end_use, unit = (
        stored[name].iloc[starts].astype(object).map(str).to_list() for name in (*DIMENSIONS, "unit")
    )
    return {
        (product[i], place[i], end_use[i]): Fan(
            dates[first:end][:: len(levels)], levels, values[first:end].reshape(-1, len(levels)), unit[i]
        )
        for _, i, first, end in sorted(zip(order[starts], range(len(starts)), starts, ends))  # as the file has them
    }
