"""What every file of the project keeps to: length, no paths of one machine, package data, versions, quick start-up."""

from __future__ import annotations

import fnmatch
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
SKIP = {"outputs", "build", "dist", "__pycache__"}
TEXT = {".py", ".md", ".yaml", ".yml", ".toml", ".csv", ".txt", ".json", ".j2", ".html", ".css", ".cfg", ""}
HARD_LINES, SOFT_LINES = 500, 400


def files(*suffixes: str) -> list[Path]:
    """Files of the checkout; `.git` is a file, not a folder, in a linked working tree."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [
            f for f in folders if f not in SKIP and (f[0] != "." or f == ".ci") and not f.endswith(".egg-info")
        ]
        found += [Path(folder) / name for name in names if not name.startswith(".venv-setup") and name != ".git"]
    return sorted(p for p in found if not suffixes or p.suffix in suffixes)


def project() -> dict[str, object]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def test_no_python_file_is_too_long() -> None:
    lengths = {str(p.relative_to(ROOT)): len(p.read_text(encoding="utf-8").splitlines()) for p in files(".py")}
    over = {name: n for name, n in lengths.items() if n > HARD_LINES}
    assert not over, f"{HARD_LINES} lines is the limit, {SOFT_LINES} the aim: split these"


ONE_MACHINE = re.compile(r"(?<![\w.:/$}~*)\]!-])/(?:home|root|Users|tmp|work|opt|var|mnt|srv|farm)/[\w.-]+")


def test_no_path_of_one_machine() -> None:
    found = []
    for path in files():
        if path.suffix in TEXT and path != Path(__file__):
            lines = path.read_text(encoding="utf-8").splitlines()
            found += [
                f"{path.relative_to(ROOT)}:{n}: {line}" for n, line in enumerate(lines, 1) if ONE_MACHINE.search(line)
            ]
    assert not found
    assert ONE_MACHINE.search("open('/home/ada/x.csv')")
    assert not ONE_MACHINE.search("https://example.org/home/ada")


def test_package_data_is_listed() -> None:
    """A wheel holds what pyproject.toml lists: a world or template that is not in it would be missing there."""
    patterns = project()["tool"]["setuptools"]["package-data"]["supplyrisk"]  # type: ignore[index]
    package = ROOT / "sim" / "supplyrisk"
    inside = [p.relative_to(package).as_posix() for p in files() if p.is_relative_to(package) and p.suffix != ".py"]
    inside = [name for name in inside if not name.endswith((".pyc", ".nbi", ".nbc"))]
    unlisted = [
        n for n in inside if not any(fnmatch.fnmatch(f"/{n}", p.replace("**", "*")) or n == p for p in patterns)
    ]
    assert inside
    assert not unlisted


def test_every_folder_of_code_is_a_package() -> None:
    folders = {p.parent for p in files(".py") if p.is_relative_to(ROOT / "sim" / "supplyrisk")}
    assert not [str(f) for f in folders if not (f / "__init__.py").exists()]


def test_the_version_is_one() -> None:
    import supplyrisk

    assert project()["project"]["version"] == supplyrisk.__version__  # type: ignore[index]
    assert re.search(
        rf"^## (Unreleased|{re.escape(supplyrisk.__version__)})", (ROOT / "CHANGELOG.md").read_text(), re.M
    )


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pairs = [line.split("==") for line in lines if line and not line.startswith("#")]
    assert all(len(pair) == 2 for pair in pairs), "exact pins only"
    return {canonical(name): number for name, number in pairs}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_everything_asked_for_is_pinned() -> None:
    table = project()["project"]
    lines = list(table["dependencies"])  # type: ignore[index]
    for extra in table["optional-dependencies"].values():  # type: ignore[index]
        lines += extra
    asked = {canonical(re.match(r"[\w.-]+", line).group()) for line in lines}  # type: ignore[union-attr]
    assert asked <= set(pins())


def test_pins_reach_every_dependency_of_a_dependency() -> None:
    from importlib.metadata import PackageNotFoundError, requires, version

    from packaging.markers import default_environment
    from packaging.requirements import Requirement

    have = pins()
    unpinned = set()
    for name in have:
        try:
            lines = (requires(name) or []) if version(name) == have[name] else []
        except PackageNotFoundError:  # for another system or Python
            continue
        for line in lines:
            requirement = Requirement(line)
            for system in ("linux", "win32", "darwin"):
                for python in ("3.11", "3.13"):
                    here = default_environment() | {"sys_platform": system, "python_version": python, "extra": ""}
                    if requirement.marker is None or requirement.marker.evaluate(here):  # type: ignore[arg-type]
                        unpinned |= {canonical(requirement.name)} - set(have)
    assert not unpinned


def test_every_pin_has_hashes_and_nothing_else_has() -> None:
    """locked.txt, from which the launcher installs: the same versions, each with the hash of every file."""
    text = (ROOT / "locked.txt").read_text()
    stanzas = re.split(r"^# for: (.+)\n", text, flags=re.M)[1:]
    found = {}
    for extras, stanza in zip(stanzas[::2], stanzas[1::2]):
        match = re.fullmatch(
            r"([\w.-]+)==([\w.]+)(?: ; [^\\\n]+?)?((?: \\\n    --hash=sha256:[0-9a-f]{64})+)\n", stanza
        )
        assert match, stanza
        found[canonical(match[1])] = (match[2], extras.split(), match[3].count("--hash"))
    assert {name: version for name, (version, _, _) in found.items()} == pins()
    assert len(found) == len(stanzas) // 2
    table = project()["project"]
    asked = {"core": table["dependencies"], **table["optional-dependencies"]}  # type: ignore[index,dict-item]
    for extra, lines in asked.items():
        for line in lines:
            name = canonical(re.match(r"[\w.-]+", line).group())  # type: ignore[union-attr]
            assert {extra, "core"} & set(found[name][1]), f"{name} is not for {extra}: python tools/lock_pins.py"
    compiled = ("numpy", "numba", "llvmlite", "scipy", "pandas", "pyarrow", "matplotlib", "pydantic-core")
    for name in compiled:  # three systems, Python 3.11 to 3.14
        assert found[name][2] >= 12, f"{name} has files for some systems or versions only"


def test_what_the_launcher_installs_is_complete() -> None:
    """Every dependency of what an extra installs is for that extra too (or for all)."""
    from importlib.metadata import PackageNotFoundError, requires

    from packaging.requirements import Requirement

    stanzas = re.split(r"^# for: (.+)\n", (ROOT / "locked.txt").read_text(), flags=re.M)[1:]
    of = {canonical(text.split("==")[0]): set(extras.split()) for extras, text in zip(stanzas[::2], stanzas[1::2])}
    wrong = []
    for name, extras in of.items():
        try:
            lines = requires(name) or []
        except PackageNotFoundError:  # for another system or Python
            continue
        for requirement in map(Requirement, lines):
            needed = of.get(canonical(requirement.name), set())
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                wrong += [f"{requirement.name} for {name}"] * (not extras <= needed and "core" not in needed)
    assert not wrong


def test_no_registry_in_the_lock() -> None:
    text = (ROOT / "locked.txt").read_text()
    assert "://" not in text
    assert not re.search(r"--(?!hash=sha256:)", text)


def test_no_registry_and_no_hashes_in_the_pins() -> None:
    text = (ROOT / "constraints.txt").read_text()
    assert "://" not in text
    assert "--" not in text


def loaded_by(code: str) -> set[str]:
    """Modules that are loaded after `code` has run in a Python of its own."""
    code = f"{code}\nimport sys; print('LOADED', *sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True).stdout
    return {name.split(".")[0] for name in out.split("LOADED", 1)[1].split()}


CALL = "from supplyrisk.cli import main\ntry: main({arguments!r}, 'supplyrisk')\nexcept SystemExit as end: assert not end.code, end.code"


def test_help_loads_nothing_heavy() -> None:
    heavy = {
        "numpy",
        "pandas",
        "matplotlib",
        "numba",
        "scipy",
        "pyarrow",
        "pydantic",
        "ruamel",
        "rich",
        "simpy",
        "jinja2",
    }
    assert not loaded_by(CALL.format(arguments=["--help"])) & heavy
    assert not loaded_by(CALL.format(arguments=["--version"])) & heavy


def test_the_help_of_a_command_loads_no_tables_and_no_plots() -> None:
    from supplyrisk.cli import COMMANDS

    code = "\n".join(CALL.format(arguments=[name, "--help"]) for name in COMMANDS)
    assert not loaded_by(code) & {"pandas", "matplotlib", "numba", "scipy", "pyarrow", "jinja2"}


def test_check_and_explain_load_no_tables_and_no_plots() -> None:
    scenario = "scenarios/baseline.yaml"
    for command in ("check", "explain"):
        loaded = loaded_by(CALL.format(arguments=[command, scenario]))
        assert not loaded & {"pandas", "matplotlib", "numba", "scipy", "pyarrow", "jinja2"}, command


def test_the_command_is_declared() -> None:
    scripts = project()["project"]["scripts"]  # type: ignore[index]
    assert scripts == {"supplyrisk": "supplyrisk.cli:main"}
