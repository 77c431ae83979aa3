"""The launcher, for real: a small project with one made-up dependency, served from a folder of wheels."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
VERSION = "3.2.1"
CLI = """
import sys

def main(args, prog_name):
    import tinydep
    print(prog_name, *args, "venv" if sys.prefix != sys.base_prefix else "base", tinydep.__file__)
    sys.exit(7)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A checkout of a project that needs `tinydep`, which no environment has."""
    folder = tmp_path / "a project"
    (folder / "sim" / "supplyrisk").mkdir(parents=True)
    shutil.copy(ROOT / "run_scenario.py", folder)
    (folder / "sim" / "supplyrisk" / "__init__.py").touch()
    (folder / "sim" / "supplyrisk" / "cli.py").write_text(CLI)
    (folder / "pyproject.toml").write_text(
        '[project]\ndependencies = ["tinydep>=3,<4"]\n[project.optional-dependencies]\nmore = ["tinyextra>=1"]\n'
    )
    (folder / "given.yaml").write_text("title: given\n")
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    write_wheel(wheels, "tinydep", VERSION)
    write_wheel(wheels, "tinydep", "3.3.0")  # newer than the pin: must not be taken
    write_wheel(wheels, "tinyextra", "1.0")
    lock(folder, wheels)
    return folder


def lock(folder: Path, wheels: Path) -> None:
    """locked.txt, with the hash of another file of each version besides."""
    lines = []
    for extra, name, version in (("core", "tinydep", VERSION), ("more other", "tinyextra", "1.0")):
        digest = hashlib.sha256((wheels / f"{name}-{version}-py3-none-any.whl").read_bytes()).hexdigest()
        lines += [
            f"# for: {extra}",
            f"{name}=={version} \\",
            f"    --hash=sha256:{'0' * 64} \\",
            f"    --hash=sha256:{digest}",
        ]
    (folder / "locked.txt").write_text("# header\n" + "\n".join(lines) + "\n")


def write_wheel(folder: Path, name: str, version: str, text: str = "") -> None:
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}/__init__.py": f"version = {version!r}\n{text}",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in [*files, f"{info}/RECORD"])
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        for path, text in files.items():
            wheel.writestr(path, text)


def environment(project: Path, **changes: str) -> dict[str, str]:
    env = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "PYTHON", "VIRTUAL_ENV", "COV_"))}
    env |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(project.parent / "wheels"), "PIP_CONFIG_FILE": os.devnull}
    return env | changes


def start(
    project: Path, *arguments: str, python: str = sys.executable, **changes: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [python, str(project / "run_scenario.py"), *arguments],
        capture_output=True,
        text=True,
        env=environment(project, **changes),
        cwd=project.parent,
        timeout=300,
    )


def test_first_start_makes_the_environment_and_later_ones_use_it(project: Path) -> None:
    first = start(project, "check", "x")
    assert first.returncode == 7, first.stderr
    assert first.stdout.startswith("run_scenario.py check x venv")
    assert str(project / ".venv") in first.stdout
    assert "making a private environment" in first.stderr
    assert f"tinydep-{VERSION}" in " ".join(p.name for p in (project / ".venv").rglob("*.dist-info"))

    second = start(project, "check", "x")
    assert (second.returncode, second.stderr) == (7, "")

    python = str(project / ".venv" / "bin" / "python")
    inside = start(project, "check", "x", python=python)
    assert (inside.returncode, inside.stderr) == (7, "")

    assert start(project, "setup", "more", python=python).returncode == 0  # an extra is added in place
    marker = json.loads((project / ".venv" / "supplyrisk-setup.json").read_text())
    assert marker["extras"] == ["more"]

    shutil.rmtree(next((project / ".venv").rglob("tinydep")))  # something was deleted: mended
    mended = start(project, "check", "x")
    assert mended.returncode == 7, mended.stderr
    assert "making it again" in mended.stderr


def test_an_environment_behind_a_link_is_left_alone(project: Path) -> None:
    """A link leads to an environment that others use as well: it is neither emptied nor added to."""
    shared = project.parent / "shared"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(shared)], check=True)
    before = sorted(shared.rglob("*"))
    (project / ".venv").symlink_to(shared)
    result = start(project, "check")
    assert result.returncode == 14
    assert "is a link to" in result.stderr.splitlines()[-1]
    assert "tinydep" in result.stderr.splitlines()[-1]
    assert [path for path in sorted(shared.rglob("*")) if "__pycache__" not in path.parts] == before


@pytest.mark.parametrize("extra", [(), ("more",)], ids=["core", "an extra"])
def test_another_file_than_the_one_that_was_pinned_is_not_installed(project: Path, extra: tuple[str, ...]) -> None:
    """A version of the right number whose content somebody changed, on the way or in the index."""
    if extra:
        assert start(project, "setup").returncode == 0
    name, version = ("tinyextra", "1.0") if extra else ("tinydep", VERSION)
    write_wheel(project.parent / "wheels", name, version, "import os\n")
    result = start(project, "setup", *extra)
    assert result.returncode == 14
    assert "is not the file that locked.txt names" in result.stderr.splitlines()[-1]
    assert not list((project / ".venv").rglob(name))


def test_a_requirement_without_a_pin_is_not_installed(project: Path) -> None:
    text = (project / "pyproject.toml").read_text()
    (project / "pyproject.toml").write_text(text.replace('"tinydep>=3,<4"', '"tinydep>=3,<4", "tinyextra>=1"'))
    result = start(project, "check")
    assert result.returncode == 14
    assert "locked.txt lacks tinyextra" in result.stderr.splitlines()[-1]


def test_interrupted_set_up_is_done_again(project: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, str(project / "run_scenario.py"), "check"],
        env=environment(project),
        stderr=subprocess.PIPE,
        text=True,
    )
    while not (project / ".venv" / "pyvenv.cfg").exists():
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    again = start(project, "check")
    assert again.returncode == 7, again.stderr
    assert "ready after" in again.stderr


def test_two_starts_at_once_make_one_environment(project: Path) -> None:
    command = [sys.executable, str(project / "run_scenario.py"), "check"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    both = [subprocess.Popen(command, env=environment(project), **pipes) for _ in range(2)]
    outputs = [process.communicate(timeout=300) for process in both]
    assert [process.returncode for process in both] == [7, 7], outputs
    errors = "".join(error for _, error in outputs)
    assert errors.count("making a private environment") == 1


def test_no_network_is_one_sentence(project: Path) -> None:
    nowhere = {"PIP_NO_INDEX": "", "PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_FIND_LINKS": ""}
    result = start(project, "check", **nowhere)
    assert result.returncode == 12, result.stderr
    assert "connect to the internet" in result.stderr.splitlines()[-1]
    assert "Traceback" not in result.stderr
    mended = start(project, "check")
    assert mended.returncode == 7, mended.stderr


def test_no_wheel_is_one_sentence(project: Path) -> None:
    for wheel in (project.parent / "wheels").glob("tinydep*"):
        wheel.unlink()
    result = start(project, "check")
    assert result.returncode == 14
    assert "no ready-made package" in result.stderr.splitlines()[-1]


@pytest.mark.parametrize(("missing", "code"), [("venv", 11), ("ensurepip, pip", 11), ("ensurepip", 7)])
def test_python_without_venv_or_ensurepip(project: Path, missing: str, code: int) -> None:
    """As Debian ships it: the modules are not there."""
    hide = project.parent / "hide"
    hide.mkdir()
    names = [name.strip() for name in missing.split(",")]
    (hide / "sitecustomize.py").write_text(
        "import importlib.util as u\n_find = u.find_spec\n"
        f"u.find_spec = lambda name, *a: None if name in {names} else _find(name, *a)\n"
    )
    result = start(project, "check", PYTHONPATH=str(hide))
    assert result.returncode == code, result.stderr
    assert "Traceback" not in result.stderr
    if code == 11:
        assert "apt install python3-venv" in result.stderr.splitlines()[-1]


def test_folder_that_can_not_be_written(project: Path) -> None:
    (project / ".venv-setup.lock").mkdir()  # what a read-only folder does to the first file, root or not
    result = start(project, "check")
    assert result.returncode == 13
    assert "can't write to" in result.stderr
    assert "Traceback" not in result.stderr


def test_an_environment_that_has_everything_is_used_as_it_is(project: Path) -> None:
    site = project.parent / "site"
    for name in (f"tinydep-{VERSION}", "tinyextra-1.0"):
        zipfile.ZipFile(project.parent / "wheels" / f"{name}-py3-none-any.whl").extractall(site)
    result = start(project, "check", PYTHONPATH=str(site))
    assert (result.returncode, result.stderr) == (7, "")
    assert str(site) in result.stdout
    assert not (project / ".venv").exists()

    (site / f"tinydep-{VERSION}.dist-info" / "METADATA").write_text("Name: tinydep\nVersion: 2.9\n")  # now too old
    result = start(project, "check", PYTHONPATH=str(site), PIP_FIND_LINKS="")
    assert result.returncode == 14


def test_a_path_alone_means_run(project: Path) -> None:
    site = project.parent / "site"
    zipfile.ZipFile(project.parent / "wheels" / f"tinydep-{VERSION}-py3-none-any.whl").extractall(site)

    def line(*arguments: str) -> str:
        return start(project, *arguments, PYTHONPATH=str(site)).stdout

    # the working directory is the project's parent: the file is found in the project all the same
    assert line("given.yaml", "--runs", "3").startswith(f"run_scenario.py run {project / 'given.yaml'} --runs 3 ")
    assert line("--runs", "3", "nowhere.yaml").startswith("run_scenario.py run --runs 3 nowhere.yaml ")
    assert line("check", "given.yaml").startswith(f"run_scenario.py check {project / 'given.yaml'} ")
    assert line("--version").startswith("run_scenario.py --version ")


def test_exit_code_of_the_tests_is_passed_on(project: Path) -> None:
    """The real environment, which has pytest; the small project, whose tests fail, pass or are not there."""
    (project / "pyproject.toml").write_text("[project]\ndependencies = []\n")
    assert start(project, "test", "-n0", "-p", "no:cacheprovider").returncode == 5  # no tests
    (project / "test_one.py").write_text("def test_one(): assert 1 == 2\n")
    assert start(project, "test", "-n0", "-p", "no:cacheprovider").returncode == 1
    assert start(project, "test", "-n0", "--no-such-option").returncode == 4
    (project / "test_one.py").write_text("def test_one(): pass\n")
    passed = start(project, "test", "-n0", "-p", "no:cacheprovider")
    assert passed.returncode == 0
    assert "1 passed" in passed.stdout.splitlines()[-1]


def test_every_old_python_can_read_it() -> None:
    """An old Python has to get as far as the sentence that says what it lacks."""
    source = (ROOT / "run_scenario.py").read_text()
    assert source.isascii()
    tree = ast.parse(source)
    new = (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.Match, ast.AsyncFunctionDef, ast.Nonlocal, ast.YieldFrom)
    assert not [node for node in ast.walk(tree) if isinstance(node, new)]
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            assert node.returns is None
            assert not [a for a in node.args.args if a.annotation]
            assert not node.args.kwonlyargs
        if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            assert not [item for item in node.elts if isinstance(item, ast.Starred)]
    imported = {a.name for n in tree.body if isinstance(n, ast.Import) for a in n.names}
    assert imported == {"os", "sys"}


def test_it_needs_only_the_standard_library() -> None:
    tree = ast.parse((ROOT / "run_scenario.py").read_text())
    modules = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    modules |= {str(n.module) for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    assert {m.split(".")[0] for m in modules} - set(sys.stdlib_module_names) == {"supplyrisk", "tools"}  # both ours
