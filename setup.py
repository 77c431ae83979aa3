"""Wheels hold the shipped scenarios, which lie outside the package in a checkout; all else is in pyproject.toml."""

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

KEPT = {".yaml", ".csv", ".json", ".md"}


class BuildWithScenarios(build_py):
    """Copies `scenarios/` to `supplyrisk/shipped/scenarios`, where the program looks for it."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:  # the checkout is used as it is
            return
        root = Path(__file__).parent / "scenarios"
        for path in sorted(root.rglob("*")):
            if path.suffix in KEPT and path.is_file():
                to = Path(self.build_lib) / "supplyrisk" / "shipped" / "scenarios" / path.relative_to(root)
                to.parent.mkdir(parents=True, exist_ok=True)
                self.copy_file(str(path), str(to))


setup(cmdclass={"build_py": BuildWithScenarios})
