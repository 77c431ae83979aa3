"""`python run_scenario.py study-gallery`: every shipped study with its picture and its answer, on docs/studies.md.

Each study is run as shipped, which takes minutes; with `--keep` the folders stay, and one that is finished is taken as
it is. What is written stands between two marks of the page; the rest of it is left alone.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

BEGIN, END = "<!-- shipped studies -->", "<!-- end of shipped studies -->"
IMAGES = Path("images") / "studies"
COLOURS = 64  # of a picture's palette
WIDTH = 1000  # dots of a picture
SENTENCES = 3  # shown of each answer


@click.command("study-gallery")
@click.argument("names", nargs=-1)
@click.option("--page", type=click.Path(path_type=Path), default=Path("docs/studies.md"), show_default=True)
@click.option("--studies", type=click.Path(path_type=Path), default=Path("scenarios/studies"), show_default=True)
@click.option("--runs", type=click.IntRange(1), help="Runs of each cell instead of the study's own, for a trial.")
@click.option("--keep", type=click.Path(path_type=Path), help="Where the folders of the studies are, and stay.")
def command(names: tuple[str, ...], page: Path, studies: Path, runs: int | None, keep: Path | None) -> None:
    """Run the shipped studies and show them on their page; with NAMES only these, the others stay as they are.

    For those who change the program: run it in a checkout after a change of any study or of results.
    """
    text = page.read_text(encoding="utf-8")
    shown = dict(sections(text))
    with tempfile.TemporaryDirectory() as temporary:
        for file in sorted(studies.glob("*.yaml")):
            if names and file.stem not in names:
                continue
            folder = (keep or Path(temporary)) / file.stem
            shown[file.stem] = section(file, run(file, folder, runs), folder, page.parent)
            click.echo(f"{file.stem}: shown")
    body = "\n".join(shown[name] for name in sorted(shown))
    head, _, rest = text.partition(BEGIN)
    tail = rest.partition(END)[2]
    page.write_text(f"{head}{BEGIN}\n\n{body}\n{END}{tail}", encoding="utf-8")


def sections(text: str) -> Iterator[tuple[str, str]]:
    """(name of the study, its part) of what the page shows already."""
    body = text.partition(BEGIN)[2].partition(END)[0]
    for part in re.split(r"(?m)^(?=### )", body):
        if name := re.search(r"scenarios/studies/(\w+)\.yaml", part):
            yield name[1], part.strip("\n") + "\n"


def run(file: Path, folder: Path, runs: int | None) -> dict[str, Any]:
    """The manifest of a study that is finished in `folder`."""
    from supplyrisk.api.studies import run_study
    from supplyrisk.results.store import Store

    if not (folder / "manifest.json").exists() or Store(folder).manifest()["status"] != "finished":
        run_study(file, runs=runs, out=folder, pool="threads", force=folder.exists())
    return Store(folder).manifest()


def section(file: Path, manifest: dict[str, Any], folder: Path, docs: Path) -> str:
    """A study's part of the page: question, answer, picture, how to repeat it."""
    answer = manifest["answer"]
    lines = [f"### {manifest['title']}", "", f"*{manifest['question']}*", "", f"**{answer['headline']}**", ""]
    lines += [f"- {sentence}" for sentence in answer["sentences"][:SENTENCES]]
    if manifest.get("figures"):
        image = IMAGES / f"{file.stem}.png"
        small(folder / manifest["figures"][0], docs / image)
        lines += ["", f"![{manifest['title']}]({image.as_posix()})"]
    counts = manifest["counts"]
    how = f"`{manifest['study']}`, {counts['cells']:,} cells of {manifest['runs']:,} runs, {counts['units']:,} of them different"
    lines += ["", f"{how}; [scenarios/studies/{file.name}](../scenarios/studies/{file.name})", ""]
    return "\n".join(line.replace(" %", "\N{NO-BREAK SPACE}%") for line in lines)


def small(source: Path, target: Path) -> None:
    """A picture of few colours, as wide as a page."""
    from PIL import Image

    target.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(source) as found:
        height = round(found.height * WIDTH / found.width)
        picture = found.convert("RGB").resize((WIDTH, height), Image.Resampling.LANCZOS)
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(target, "PNG", optimize=True)
