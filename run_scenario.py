#!/usr/bin/env python3
"""Start supplyrisk from a checkout; needs nothing but Python 3.11 or newer.

python run_scenario.py FILE.yaml [options]   run a scenario
python run_scenario.py COMMAND [...]         any supplyrisk command (check, explain, world, ...; --help lists them),
                                             and those of a checkout (docs, gallery, study-gallery)
python run_scenario.py test [--slow] [...]   the tests; further arguments go to pytest, so does the exit code
python run_scenario.py lint                  ruff and mypy
python run_scenario.py setup [EXTRA ...]     only make or renew the environment, with optional extras

If this Python has what pyproject.toml asks for, it is used as it is. If not, the first start makes a private
environment in ./.venv from the exact files in locked.txt; later starts use that one.
Exit codes of its own: 10 Python too old, 11 no venv or pip, 12 no network, 13 can't write, 14 set-up failed.
"""
# Every old Python must be able to read this file, to be told which Python it takes: no f-strings, no annotations.

from __future__ import print_function

import os
import sys

MINIMUM = (3, 11)
ROOT = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(ROOT, ".venv")
VENV_PYTHON = os.path.join(VENV, "Scripts", "python.exe") if os.name == "nt" else os.path.join(VENV, "bin", "python")
MARKER = os.path.join(VENV, "supplyrisk-setup.json")
LOCKED = os.path.join(ROOT, "locked.txt")
PINS = os.path.join(VENV, "supplyrisk-pins.txt")  # the part of it that is installed
LOG = os.path.join(ROOT, ".venv-setup.log")
HOPS = "SUPPLYRISK_LAUNCHER_HOPS"  # how often this start has handed over, so that it can't go on for ever
BY_HAND = "python -m pip install -c constraints.txt -e ."
APT = "(Debian, Ubuntu: apt install python3-venv), then start again"
MODULES = {
    "Jinja2": "jinja2",
    "ruamel.yaml": "ruamel",
    "fonttools": "fontTools",
}  # where the module is not called like the distribution
LINKED = (
    "./.venv is a link to %s, which lacks something and is not this program's to change: "
    "see that it has %s, or delete the link"
)
NETWORK_SIGNS = ("connection broken", "connecttimeout", "readtimeout", "proxyerror", "sslerror", "name resolution")


def say(text):
    print("supplyrisk: " + text, file=sys.stderr)
    sys.stderr.flush()


def stop(code, text):
    say(text)
    sys.exit(code)


# --- what is needed, and whether it is there ---------------------------------------------------------------------


def requirements(extras):
    """The lines of pyproject.toml for the core and the named extras."""
    import tomllib

    with open(os.path.join(ROOT, "pyproject.toml"), "rb") as file:
        project = tomllib.load(file)["project"]
    optional = project.get("optional-dependencies", {})
    unknown = sorted(set(extras) - set(optional) - {"all"})
    if unknown:
        stop(2, "no such extra: %s; there are all, %s" % (", ".join(unknown), ", ".join(sorted(optional))))
    wanted = sorted(optional) if "all" in extras else extras
    return project["dependencies"] + [line for extra in wanted for line in optional[extra]]


def names_in(lines):
    import re

    return [re.match(r"[\w.-]+", line).group() for line in lines]


def importable(lines):
    """Whether the modules of the requirements are there (found, not imported)."""
    from importlib.util import find_spec

    return all(find_spec(MODULES.get(name, name)) is not None for name in names_in(lines) if "-" not in name)


def satisfied(lines):
    """Whether this Python has every requirement, importable and in a version that is allowed."""
    import re

    def number(text):
        return [int(part) for part in re.findall(r"\d+", text)[:3]]

    if not importable(lines):
        return False
    from importlib.metadata import PackageNotFoundError, version

    for name, line in zip(names_in(lines), lines):
        try:
            have = number(version(name))
        except PackageNotFoundError:
            return False
        for sign, bound in re.findall(r"(>=|==|<)\s*([\d.]+)", line):
            want = number(bound)
            if not {">=": have >= want, "==": have == want, "<": have < want}[sign]:
                return False
    return True


def fingerprint(lines):
    import hashlib

    with open(LOCKED, "rb") as file:
        return hashlib.sha256(file.read() + "\n".join(sorted(lines)).encode()).hexdigest()


def locked(lines, extras):
    """The part of locked.txt for the core and the extras: versions with the SHA-256 of each of their files."""
    part, wanted = [], set(extras) | {"core"}
    with open(LOCKED) as file:
        taken = False
        for line in file:
            if line.startswith("# for: "):
                taken = "all" in wanted or bool(wanted & set(line[7:].split()))
            elif taken:
                part.append(line)
    have = [plain(name) for name in names_in([line for line in part if "==" in line])]
    missing = [name for name in names_in(lines) if plain(name) not in have]
    if missing:
        stop(14, "locked.txt lacks %s: by hand: %s" % (", ".join(missing), BY_HAND))
    return "".join(part)


def plain(name):
    import re

    return re.sub(r"[-_.]+", "-", name).lower()


def read_marker():
    """What the last set-up wrote into ./.venv: empty if there was none, without `complete` if it was interrupted."""
    import json

    try:
        with open(MARKER) as file:
            return json.load(file)
    except (OSError, ValueError):
        return {}


def write_marker(**content):
    import json

    with open(MARKER + ".new", "w") as file:
        json.dump(content, file)
    os.replace(MARKER + ".new", MARKER)


def inside_venv():
    return os.path.realpath(sys.prefix) == os.path.realpath(VENV)


def venv_ready(extras):
    """Whether this launcher has set up ./.venv, completely, for these requirements and extras."""
    marker = read_marker()
    if not (marker.get("complete") and os.path.exists(VENV_PYTHON)):
        return False
    have = marker["extras"]
    return ("all" in have or set(extras) <= set(have)) and marker["complete"] == fingerprint(requirements(have))


def venv_broken():
    """Seen from inside ./.venv: another Python than the one it was made with, or something was deleted from it."""
    marker = read_marker()
    if not (inside_venv() and marker.get("complete")):
        return False
    return marker["python"] != list(sys.version_info[:2]) or not importable(requirements([]))


def this_python_will_do(extras):
    if inside_venv() and read_marker():
        return venv_ready(extras) and not venv_broken()
    return satisfied(requirements(extras))


def works(command):
    import subprocess

    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "stdin": subprocess.DEVNULL}
    return os.path.exists(command[0]) and subprocess.call(command, cwd=ROOT, **quiet) == 0


def venv_made_by_hand_will_do(extras):
    question = "import sys; sys.path.insert(0, '.'); import run_scenario as r; sys.exit(not r.this_python_will_do(%r))"
    return not read_marker() and works([VENV_PYTHON, "-c", question % (list(extras),)])


# --- making ./.venv ----------------------------------------------------------------------------------------------


class Lock:
    """One set-up at a time; freed by the system when its holder ends, however it ends."""

    def __enter__(self):
        self.file = open(os.path.join(ROOT, ".venv-setup.lock"), "a+")
        os.set_inheritable(self.file.fileno(), True)  # a pip that outlives this process still holds the lock
        if not self.take(wait=False):
            say("another start is making ./.venv; waiting for it")
            while not self.take(wait=True):
                pass

    def take(self, wait):
        try:
            if os.name == "nt":
                import msvcrt

                self.file.seek(0)
                msvcrt.locking(self.file.fileno(), msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.flock(self.file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            return True
        except OSError:
            return False

    def __exit__(self, *exception):
        self.file.close()


def step(command):
    """Do one step of the set-up, its output in the log; end with one sentence if it fails."""
    import subprocess

    environment = dict(os.environ, PIP_USER="0", PIP_REQUIRE_VIRTUALENV="0", PIP_DISABLE_PIP_VERSION_CHECK="1")
    for name in ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PYTHONHOME", "PYTHONPATH"):
        environment.pop(name, None)
    with open(LOG, "wb") as log:
        streams = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log}
        code = subprocess.call(command, env=environment, cwd=ROOT, close_fds=False, **streams)
    if code:
        with open(LOG, "rb") as log:
            explain_failure(log.read().decode("utf-8", "replace") or "exit code %d" % code)


def explain_failure(output):
    lines = output.splitlines()
    error = ([line for line in lines if line.startswith(("ERROR", "Error"))] or lines[-1:])[0].rstrip(". ")
    low = output.lower()
    if "no space left" in low:
        stop(13, "the disk is full: free 1 GB and start again")
    if any(sign in low for sign in NETWORK_SIGNS):
        stop(12, "can't reach the package index: connect to the internet and start again (details: %s)" % LOG)
    if "do not match the hashes" in low:
        stop(
            14,
            "a package that was downloaded is not the file that locked.txt names, so nothing was installed: find out "
            "who changed it (a mirror?) before you install by hand (details: %s)" % LOG,
        )
    if "no matching distribution" in low or "conflicting dependencies" in low:
        stop(14, "no ready-made package for this Python on this system (%s): try Python 3.11 to 3.14" % error)
    stop(14, "the set-up failed (%s): start again, or by hand: %s (details: %s)" % (error, BY_HAND, LOG))


def create_venv():
    """An empty environment; returns the pip command for it."""
    from importlib.util import find_spec

    # started by the Python of ./.venv itself, the one underneath must build
    python = getattr(sys, "_base_executable", sys.executable) if inside_venv() else sys.executable
    if find_spec("venv") is None:
        stop(11, "this Python lacks the venv module: install it " + APT)
    if find_spec("ensurepip") is not None:
        step([python, "-m", "venv", "--clear", VENV])
        return [VENV_PYTHON, "-I", "-m", "pip"]
    if find_spec("pip") is None:
        stop(11, "this Python has neither ensurepip nor pip: install them " + APT)
    say("this Python lacks ensurepip; using its own pip")
    step([python, "-m", "venv", "--clear", "--without-pip", VENV])
    return [python, "-m", "pip", "--python", VENV_PYTHON]


def pip_of_venv():
    """The pip command for the ./.venv that is there, or nothing if it is best made from scratch."""
    marker = read_marker()
    if marker:
        return marker["pip"] if marker.get("complete") and works([VENV_PYTHON, "-V"]) and not venv_broken() else None
    pip = [VENV_PYTHON, "-I", "-m", "pip"]
    return pip if works(pip + ["--version"]) else None


def set_up(extras):
    """Make or complete ./.venv. Interrupted at any moment, the next start does it again."""
    import time

    if os.path.islink(VENV):
        stop(14, LINKED % (os.path.realpath(VENV), " ".join(names_in(requirements(extras)))))
    begun = time.time()
    extras = sorted(set(extras) | set(read_marker().get("extras", [])))
    lines = requirements(extras)
    pins = locked(lines, extras)
    pip = pip_of_venv()
    if pip:
        say("adding what is missing to the environment in ./.venv")
    else:
        if os.path.isdir(VENV):
            say("./.venv is unfinished; making it again")
        say("making a private environment in ./.venv with the versions in locked.txt (only once, a minute or two)")
        pip = create_venv()
    write_marker(extras=extras)
    with open(PINS, "w") as file:
        file.write(pins)
    step(pip + ["install", "--quiet", "--retries", "2", "--only-binary", ":all:", "--require-hashes", "-r", PINS])
    write_marker(complete=fingerprint(lines), extras=extras, python=list(sys.version_info[:2]), pip=pip)
    os.remove(LOG)
    say("ready after %.0f s" % (time.time() - begun))


def ensure(extras):
    """The Python to go on with; nothing if it is this one."""
    if this_python_will_do(extras):
        return None
    if inside_venv() or not (venv_ready(extras) or venv_made_by_hand_will_do(extras)):
        try:
            with Lock():
                if venv_broken() or not venv_ready(extras):  # else another start has just done it
                    set_up(extras)
        except OSError as error:
            stop(13, "can't write to %s (%s): copy it to where you can, or: %s" % (ROOT, error.strerror, BY_HAND))
        except KeyboardInterrupt:
            stop(130, "set-up interrupted; the next start does it again")
    return VENV_PYTHON


# --- handing over ------------------------------------------------------------------------------------------------


def replace_process(command):
    """Become `command`; where the system can't, wait for it and pass its exit code on."""
    if os.name != "nt":
        os.execv(command[0], command)
    import signal
    import subprocess

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the child's to handle
    sys.exit(subprocess.call(command))


def switch_to(python, arguments):
    hops = int(os.environ.get(HOPS, "0"))
    if hops > 2:
        stop(14, "./.venv stays incomplete: delete it and start again")
    os.environ[HOPS] = str(hops + 1)
    replace_process([python, os.path.abspath(__file__)] + arguments)


def is_file_name(argument):
    return argument.endswith((".yaml", ".yml")) or "/" in argument or os.sep in argument


def command_line(arguments):
    """`FILE.yaml ...` means `run FILE.yaml ...`; a file not found from here is looked for in the project."""
    if arguments[0] not in ("--help", "--version") and (arguments[0].startswith("-") or is_file_name(arguments[0])):
        arguments = ["run"] + arguments
    in_project = [os.path.join(ROOT, argument) for argument in arguments]
    return [
        there if is_file_name(here) and os.path.exists(there) and not os.path.exists(here) else here
        for here, there in zip(arguments, in_project)
    ]


def run_tests(arguments):
    if "--slow" in arguments:
        arguments = [argument for argument in arguments if argument != "--slow"] + ["-m", ""]
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if cores > 1 and not any(argument.startswith(("-n", "--numprocesses", "--pdb")) for argument in arguments):
        arguments = ["-n", str(min(cores, 8))] + arguments
    os.chdir(ROOT)
    replace_process([sys.executable, "-m", "pytest"] + arguments)


def run_lint():
    import subprocess

    os.chdir(ROOT)
    codes = []
    for tool in (["ruff", "check"], ["ruff", "format", "--check"], ["mypy"]):
        say(" ".join(tool))
        codes.append(subprocess.call([sys.executable, "-m"] + tool))
    sys.exit(max(codes))


def main(arguments):
    if sys.version_info < MINIMUM:
        stop(10, "needs Python 3.11 or newer, and this is Python %d.%d" % tuple(sys.version_info[:2]))
    first = arguments[0] if arguments else ""
    if first in ("", "-h", "--help"):
        print(__doc__)
        if not (this_python_will_do([]) or venv_ready([])):
            return  # no set-up only to read this
        arguments = ["--help"]
    extras = {
        "test": ["all"],
        "lint": ["all"],
        "setup": arguments[1:],
        "cluster": ["cluster"],
        "workbench": [] if {"-h", "--help"} & set(arguments) else ["workbench"],
    }.get(first, [])
    if any(argument.split("=")[0] == "--cluster" for argument in arguments):
        extras = ["cluster"]
    if first == "workbench" and extras and not (this_python_will_do(extras) or venv_ready(extras)):
        say("the workbench needs a few more packages than the rest; they are installed now, only once")
    python = ensure(extras)
    if first == "setup":
        say("%s has all that is needed" % (python or sys.executable))
        return
    if python:
        switch_to(python, arguments)
    os.environ.pop(HOPS, None)
    if first == "test":
        run_tests(arguments[1:])
    if first == "lint":
        run_lint()
    sys.path.insert(0, os.path.join(ROOT, "sim"))
    if first in ("docs", "gallery", "study-gallery"):
        sys.path.insert(1, ROOT)
        from tools.commands import main as supplyrisk
    else:
        from supplyrisk.cli import main as supplyrisk

    supplyrisk(args=command_line(arguments), prog_name="run_scenario.py")


if __name__ == "__main__":
    main(sys.argv[1:])
