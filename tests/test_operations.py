"""Every operation is one file: declared as it is used, found without a list, and neutral where it says so."""

from __future__ import annotations

import inspect
import typing
from pathlib import Path

import numpy as np
import pytest
from supplyrisk.model.arrays import Floats, Ints
from supplyrisk.operations import dispatch, table
from supplyrisk.operations.declare import MOST_NUMBERS, WAYS, Op, Target
from supplyrisk.operations.table import MODULES, OP_BY_NAME, OPS, code

from .small_worlds import effect, event, run, three_stages

FILES = Path(__file__).parents[1] / "sim" / "supplyrisk" / "operations" / "ops"


def test_every_file_is_an_operation_and_its_code_is_its_place() -> None:
    files = sorted(path.stem for path in FILES.glob("*.py") if path.stem != "__init__")
    assert [op.name for op in OPS] == files
    assert [code(name) for name in files] == list(range(len(files)))
    assert list(OP_BY_NAME) == files


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.OP.name)
def test_an_operation_declares_what_it_reads(module: typing.Any) -> None:
    op: Op = module.OP
    assert op.target in typing.get_args(Target)
    assert op.way in WAYS
    assert op.meaning[0].islower()
    assert op.rules
    for name in op.params:
        if hasattr(module, name.upper()):
            assert getattr(module, name.upper()) == op.slot(name)
    assert list(inspect.signature(module.apply).parameters) == ["L", "F", "I", "key", "e", "level", "offset"]
    hints = typing.get_type_hints(module.apply)
    assert (hints["F"], hints["I"]) == (Floats, Ints)
    # What a rule sets is cleared before the rules are set anew; what happens once, or to other events, is not.
    assert hasattr(module, "clear") == (op.target not in ("project", "event"))
    assert inspect.getdoc(module.apply)


def test_the_numbers_of_an_operation_have_names_in_its_file() -> None:
    for module in MODULES:
        for name in module.OP.params:
            assert hasattr(module, name.upper()), f"{module.OP.name}: {name}"


def test_codes_lead_to_the_files() -> None:
    lines = dispatch.source().splitlines()
    for op in OPS:
        at = lines.index(f"    {'elif' if code(op.name) else 'if'} op == {code(op.name)}:")
        assert lines[at + 1].strip().startswith(f"{op.name}_apply(")
        assert vars(dispatch)[f"{op.name}_apply"] is MODULES[code(op.name)].apply


def test_a_file_that_declares_another_or_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    table.check_declarations()
    other = Op("other", "lane", 0.0, "share", "x", "rules", "add")
    monkeypatch.setattr(table, "OPS", (other, *OPS[1:]))
    with pytest.raises(ValueError, match="declares the operation other"):
        table.check_declarations()
    many = Op(OPS[0].name, "site", 0.0, "", "x", "rules", "add", params=tuple(f"p{n}" for n in range(MOST_NUMBERS + 1)))
    monkeypatch.setattr(table, "OPS", (many, *OPS[1:]))
    with pytest.raises(ValueError, match="raise MOST_NUMBERS"):
        table.check_declarations()


NUMBERS = {
    "period_days": 30.0,
    "growth_per_week": 0.1,
    "success_probability": 1.0,
    "release_unserved": 0.01,
    "release_price_index": 2.0,
}


@pytest.mark.parametrize("op", [op for op in OPS if op.neutral is not None], ids=lambda op: op.name)
def test_at_its_neutral_level_it_does_nothing(op: Op) -> None:
    world = three_stages()
    names = {"event": "e", "hub": "C", "project": "", "offtake_to": "", "buyer": ""}
    numbers = {name: NUMBERS.get(name, 0.0) for name in op.params}
    sides = (
        {"products": "part", "origins": "A"}
        if op.target in ("lane", "site")
        else {"products": "part", "destinations": "B"}
    )
    row = effect(op.name, op.neutral, texts={name: names[name] for name in op.texts}, **sides, **numbers)
    ban = event(effect("close", 0.5, "part", "A", "B"), name="e", start=140.0, duration=100.0)
    with_rule, without = (
        run(world, *events, years=1.2, tracked="A") for events in ((ban, event(row, name="rule", start=70.0)), (ban,))
    )
    assert np.abs(with_rule.unserved - without.unserved) < 1e-9
    for variable in ("price_spot_index", "shortage_priced_out_t"):
        assert with_rule.column(variable) == pytest.approx(without.column(variable), abs=1e-9), variable
