"""What is kept beside the results: the scenario as run, in one file, and the sources of its numbers."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..bounded import path_is_file
from ..spec.load import SET
from ..spec.outlooks import TODAY

if TYPE_CHECKING:
    from ..spec.load import Loaded
    from ..spec.resolve import Resolution


def scenario_text(loaded: Loaded, sets: Sequence[str], given_as: str = SET) -> str:
    """YAML that gives the same scenario again: with its comments if nothing was added to the file."""
    kept = loaded.spec.outlook.base != TODAY and path_is_file(loaded.layers[0])  # a pipe can't be read again
    if len(loaded.layers) == 1 and not sets and kept:
        return loaded.layers[0].read_text(encoding="utf-8")
    from ruamel.yaml import YAML

    standing = [each.world.today.path for each in loaded.resolutions if each.world.today is not None]
    laid_on = standing if loaded.spec.outlook.base == TODAY else []

    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.width = 110
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    out = io.StringIO()
    out.write("# The scenario as run, with everything it extends and was set from outside put in.\n")
    out.write("".join(f"# from {file.name}\n" for file in loaded.layers))
    out.write("".join(f"# laid on {file.parent.name}/{file.name}\n" for file in laid_on))
    out.write("".join(f"# with {given_as} {each}\n" for each in sets))
    yaml.dump(_bare(loaded.root.plain()), out)
    return out.getvalue()


def sources_text(loaded: Loaded, resolution: Resolution) -> str:
    """`sources.csv`: where each number of the world comes from, as the scenario runs it."""
    import csv

    from ..report.literal import cells
    from ..spec.provenance import COLUMNS, sources

    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerows(cells(row.cells) for row in sources(loaded, resolution))
    return out.getvalue()


def _bare(value: Any) -> Any:
    """Text that reads back as the same text when unquoted numbers are unquoted again."""
    if isinstance(value, dict):
        return {key: _bare(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [_bare(item) for item in value]
    if isinstance(value, str):
        for kind in (int, float):
            try:
                number = kind(value)
            except ValueError:
                continue
            if str(number) == value:
                return number
    return value
