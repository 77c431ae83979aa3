"""Wheels hold the shipped scenarios and the pages of the documentation, which lie outside the package in a checkout."""

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

KEPT = {".yaml", ".csv", ".json", ".md"}


class BuildWithScenarios(build_py):
    """Copies `scenarios/` and the pages of `docs/` to `supplyrisk/shipped`, where the program looks for them."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:  # the checkout is used as it is
            return
        for folder, kept in (("scenarios", KEPT), ("docs", {".md"})):
            root = Path(__file__).parent / folder
            for path in sorted(root.rglob("*")):
                if path.suffix in kept and path.is_file():
                    to = Path(self.build_lib) / "supplyrisk" / "shipped" / folder / path.relative_to(root)
                    to.parent.mkdir(parents=True, exist_ok=True)
                    self.copy_file(str(path), str(to))


setup(cmdclass={"build_py": BuildWithScenarios})
