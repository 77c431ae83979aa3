"""The workbench is used by its command alone, and only its launch and its pages know the browser's library."""

import ast
from pathlib import Path

from tests.test_repo_rooms import SIM, everywhere, modules, modules_of

BROWSER = {"nicegui", "fastapi", "uvicorn", "starlette", "socketio"}


def test_only_the_command_imports_the_workbench() -> None:
    """The files of exercises are checked and described by other commands too, for which no browser's library is needed."""
    users = {
        path.relative_to(SIM).as_posix(): {
            name for name, _ in modules_of(path) if name.partition(".")[0] == "workbench"
        }
        for path in modules()
    }
    users = {user: names for user, names in users.items() if names and not user.startswith("workbench/")}
    assert users.pop("commands/workbench.py")
    assert all(user.startswith("commands/") for user in users)
    assert {name for names in users.values() for name in names} <= {
        "workbench.exercise",
        *(f"workbench.exercise.{module}" for module in ("kind", "rules", "schema")),
    }


def test_only_launch_and_pages_know_the_browsers_library() -> None:
    knowing = {
        path.relative_to(SIM).as_posix()
        for path in modules()
        if any(name in BROWSER for name, _ in everywhere(ast.parse(path.read_text())))
    }
    allowed = {name for name in knowing if name == "workbench/launch.py" or name.startswith("workbench/pages/")}
    assert knowing == allowed
    assert "workbench/launch.py" in knowing


def test_no_text_is_put_into_a_page_as_html() -> None:
    """What stands in a scenario is shown as text: the ways to show it as HTML are not used at all."""
    refused = (
        "ui.html",
        "ui.markdown",
        "decoration_html",
        "line_tooltip_html",
        "innerHTML",
        "insertAdjacentHTML",
        "v-html",
    )
    for path in sorted((SIM / "workbench").rglob("*")):
        if path.suffix in (".py", ".js"):
            text = path.read_text(encoding="utf-8")
            assert not [word for word in refused if word in text], path


def test_no_attribute_is_written_from_a_text_that_is_made_up() -> None:
    """Attributes that begin with a colon are run in the browser: what something is called must not be able to add one."""
    for path in sorted((SIM / "workbench").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "props":
                assert all(isinstance(given, ast.Constant) for given in node.args), f"{path.name}:{node.lineno}"


def test_static_files_name_no_other_place() -> None:
    for path in sorted((SIM / "workbench" / "static").iterdir()):
        text = Path(path).read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "http:" not in text
        assert "https:" not in text
