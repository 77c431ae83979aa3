"""The documentation as a site: `pip install -e . -r docs/requirements.txt && sphinx-build -W docs outputs/site`."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent

project = "supplyrisk"
author = copyright = "supplyrisk contributors"
release = tomllib.loads((HERE.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.viewcode", "numpydoc"]
root_doc = "README"
exclude_patterns = ["requirements.txt"]
html_theme = "furo"
html_title = f"supplyrisk {release}"
html_theme_options = {"source_repository": "", "sidebar_hide_name": False}
myst_enable_extensions = ["dollarmath", "colon_fence"]
myst_heading_anchors = 4
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
numpydoc_show_class_members = False
# Pages link to files of the repository that are no pages of the site, as readers of the repository want them to.
suppress_warnings = ["myst.xref_missing", "misc.highlighting_failure"]

LINK = re.compile(r"\]\(((?!https?:)[\w./-]+)\.md\)")
SECTION = re.compile(r"^## (.+)$", re.M)


def with_contents(app: Any, page: str, source: list[str]) -> None:
    """Make the list of pages in README.md the site's table of contents, a part by heading."""
    if page != root_doc:
        return
    parts = SECTION.split(source[0])[1:]
    for title, text in zip(parts[::2], parts[1::2], strict=True):
        pages = "\n".join(dict.fromkeys(LINK.findall(text)))
        source[0] += f"\n```{{toctree}}\n:hidden:\n:caption: {title.split(':')[0]}\n\n{pages}\n```\n"


def setup(app: Any) -> None:
    app.connect("source-read", with_contents)
