"""The letters of figures: text on the page, set in the font the figure was laid out with.

Figures are laid out with DejaVu Sans, which comes with matplotlib. A page brings the few letters it uses
of that font along, so that every label has the width that was measured, on any machine. A picture that
stands alone names fonts of the same widths (Verdana was drawn by the same rules).
"""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from pathlib import Path

FAMILY = "DejaVu Sans"
STACK = f"'{FAMILY}', 'Bitstream Vera Sans', Verdana, Geneva, sans-serif"
FILES = {400: "DejaVuSans.ttf", 700: "DejaVuSans-Bold.ttf"}


def faces(used: Mapping[int, set[str]]) -> str:
    """CSS that brings along the letters of a page.

    Parameters
    ----------
    used : mapping
        Characters by weight (400 regular, 700 bold).

    Returns
    -------
    str
        One `@font-face` rule per weight. Characters the font does not have are left to the reader's fonts.
    """
    return "".join(
        f"@font-face{{font-family:'{FAMILY}';font-weight:{weight};src:url(data:font/woff;base64,{_subset(weight, letters)})}}"
        for weight, letters in sorted(used.items())
        if letters
    )


def _subset(weight: int, letters: set[str]) -> str:
    """The font with these letters only, compressed, as base64; the same letters are the same bytes."""
    import matplotlib as mpl
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    file = Path(mpl.get_data_path()) / "fonts" / "ttf" / FILES[weight]
    options = Options(hinting=False, layout_features=["kern"], notdef_outline=True, name_IDs=[1, 2])
    options.drop_tables += ["FFTM"]  # a time stamp of the font editor
    with TTFont(file, recalcTimestamp=False) as font:
        few = Subsetter(options)
        few.populate(text="".join(sorted(letters)))
        few.subset(font)
        font.flavor = "woff"
        out = io.BytesIO()
        font.save(out)
    return base64.b64encode(out.getvalue()).decode("ascii")
