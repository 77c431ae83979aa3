"""Studies of many cells: a fault of every value told once, one world and no models kept."""

from __future__ import annotations

from supplyrisk.studies import units as units_room
from supplyrisk.studies.run import StudyOptions

from .study_files import SWEEP, faults, run, study


def test_what_is_wrong_with_every_value_is_told_once_and_by_name(tmp_path):
    assert faults(tmp_path, SWEEP.replace("ban.duration", "ban.durationn")) == [
        "study.yaml:7:14: events.ban.durationn: unknown key (got durationn); did you mean duration"
    ]
    assert faults(tmp_path, SWEEP.replace("events.ban", "events.bann")) == [
        "study.yaml:7:14: events.bann.duration: no item is named bann; did you mean ban"
    ]
    each = faults(tmp_path, SWEEP.replace("4 weeks, 12 weeks", "4 wks, 12 wks"))
    assert [fault.split(": ")[1] for fault in each] == ["events.ban.duration"] * 2


def test_cells_share_one_world_without_numbers_and_leave_no_models(tmp_path, monkeypatch):
    """A study of a thousand cells may not keep a thousand worlds, nor a worker their models, which lie in circles."""
    loaded = study(tmp_path, SWEEP)
    kept = {}

    class Kept(type(loaded.spec)):
        def answer(self, found):
            kept["worlds"] = [placed.world for placed in found.placed]
            return super().answer(found)

    object.__setattr__(loaded, "spec", Kept.model_construct(**dict(loaded.spec)))
    collected = []
    monkeypatch.setattr(units_room.gc, "collect", lambda: collected.append(1))
    monkeypatch.setattr(units_room, "COLLECT", 1)
    done = run(loaded, tmp_path / "out", StudyOptions(engine="reference", workers=1, pool="threads", page=False))
    assert len({id(world) for world in kept["worlds"]}) == 1
    assert not kept["worlds"][0].values
    assert kept["worlds"][0].country_names
    assert len(collected) >= done.manifest["counts"]["units"]
