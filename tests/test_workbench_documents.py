"""Documents: nothing that was typed is lost, nothing of others is overwritten, nothing outside the folder is touched."""

import os

import pytest
from supplyrisk.bounded import Unreadable, confined, path_is_file, read_bytes
from supplyrisk.workbench import documents as module
from supplyrisk.workbench.documents import MAX_BYTES, Documents, NotAllowed
from supplyrisk.workbench.reading import check_text

TEXT = "title: x\nworld: ndfeb\n"


@pytest.fixture
def folder(tmp_path):
    inside = tmp_path / "folder"
    inside.mkdir()
    (inside / "a.yaml").write_text(TEXT)
    (tmp_path / "secret.yaml").write_text("title: the secret\nhorizon: {start: 2026-01-01, years: 1}\n")
    return inside


def test_what_is_typed_is_a_draft_at_once_and_the_file_after_saving(folder):
    document = Documents(folder).open("a.yaml")
    document.change(TEXT + "# more\n")
    assert not document.saved
    assert (folder / "a.yaml").read_text() == TEXT
    later = Documents(folder).open("a.yaml")  # the program ended without saving
    assert later.text == TEXT + "# more\n"
    assert later.theirs is None
    assert later.save()
    assert (folder / "a.yaml").read_text() == TEXT + "# more\n"
    assert not document.draft.exists()
    assert [path.read_text() for path in later.versions()] == [TEXT]
    assert [each.name for each in folder.iterdir() if each.name.startswith(".a")] == []


def test_a_file_changed_by_others_is_never_overwritten(folder):
    document = Documents(folder).open("a.yaml")
    (folder / "a.yaml").write_text("title: theirs\n")
    assert document.look()
    assert document.text == "title: theirs\n"  # nothing unsaved here: it follows
    document.change("title: mine\n")
    (folder / "a.yaml").write_text("title: theirs again\n")
    assert not document.save()
    assert (folder / "a.yaml").read_text() == "title: theirs again\n"
    assert (document.text, document.theirs) == ("title: mine\n", "title: theirs again\n")
    assert document.keep_mine()
    assert (folder / "a.yaml").read_text() == "title: mine\n"
    assert "title: theirs again\n" in [path.read_text() for path in document.versions()]
    document.change("title: mine 2\n")
    (folder / "a.yaml").write_text("title: x\n")
    document.save()
    document.take_theirs()
    assert document.text == "title: x\n"
    assert document.saved
    assert "title: mine 2\n" in [path.read_text() for path in document.versions()]


def test_a_draft_on_a_file_that_has_changed_since_asks(folder):
    Documents(folder).open("a.yaml").change("title: mine\n")
    (folder / "a.yaml").write_text("title: theirs\n")
    document = Documents(folder).open("a.yaml")
    assert (document.text, document.theirs) == ("title: mine\n", "title: theirs\n")


def test_one_tab_writes(folder):
    document = Documents(folder).open("a.yaml")
    document.take_pen("one")
    document.change("title: one\n", "one")
    with pytest.raises(NotAllowed, match="another tab"):
        document.change("title: two\n", "two")
    assert document.text == "title: one\n"
    document.take_pen("two")
    document.change("title: two\n", "two")
    document.drop_pen("one")
    assert document.pen == "two"


def test_a_full_disk_loses_nothing_and_says_so(folder, monkeypatch):
    document = Documents(folder).open("a.yaml")
    document.change("title: mine\n")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module.os, "fsync", full)
    assert not document.save()
    assert "No space left" in document.trouble
    assert (folder / "a.yaml").read_text() == TEXT
    assert document.text == "title: mine\n"
    assert document.draft.exists()
    monkeypatch.undo()
    assert document.save()
    assert document.trouble == ""
    assert sorted(each.name for each in folder.iterdir()) == [".workbench", "a.yaml"]


def test_a_draft_is_whole_at_every_moment(folder, monkeypatch):
    document = Documents(folder).open("a.yaml")
    document.change("title: first\n")
    true_write = type(document.path).write_text

    def half(path, text, **more):
        true_write(path, text[:5], **more)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(document.path), "write_text", half)
    document.change("title: second\n")
    monkeypatch.undo()
    assert "No space left" in document.trouble
    assert document.text == "title: second\n"
    assert Documents(folder).open("a.yaml").text == "title: first\n"


def test_a_pause_saves(folder):
    documents = Documents(folder)
    document = documents.open("a.yaml")
    document.change("title: y\n")
    document.tend(pause_s=3600.0)
    assert not document.saved
    document.tend(pause_s=0.0)
    assert (folder / "a.yaml").read_text() == "title: y\n"
    end = documents.keep()
    document.change("title: z\n")
    end()
    assert (folder / "a.yaml").read_text() == "title: z\n"


def test_documents_have_an_end(folder):
    document = Documents(folder).open("a.yaml")
    with pytest.raises(NotAllowed, match="500 kB"):
        document.change("x" * (MAX_BYTES + 1))
    assert document.text == TEXT
    (folder / "big.yaml").write_text("x" * (MAX_BYTES + 1))
    with pytest.raises(NotAllowed, match="larger"):
        Documents(folder).open("big.yaml")


OUTSIDE = [
    "../secret.yaml",
    "/etc/passwd",
    "link.yaml",
    "linked/secret.yaml",
    "a/../../secret.yaml",
    "",
    ".",
    "a\0.yaml",
    "..\\x.yaml",
]


@pytest.mark.parametrize("name", OUTSIDE)
def test_no_name_leads_out_of_the_folder(folder, name):
    (folder / "link.yaml").symlink_to(folder.parent / "secret.yaml")
    (folder / "linked").symlink_to(folder.parent)
    with pytest.raises(NotAllowed):
        Documents(folder).open(name)
    assert Documents(folder).names() == ["a.yaml"]


def test_only_scenarios_are_opened_and_the_workbenchs_own_files_are_not(folder):
    (folder / ".workbench").mkdir()
    for name in ("a.txt", ".workbench/drafts/a.yaml"):
        with pytest.raises(NotAllowed):
            Documents(folder).open(name)


def test_a_state_folder_that_leads_elsewhere_is_not_written_to(folder):
    elsewhere = folder.parent / "elsewhere"
    elsewhere.mkdir()
    (folder / ".workbench").symlink_to(elsewhere)
    with pytest.raises(NotAllowed):
        Documents(folder).open("a.yaml")
    assert not list(elsewhere.iterdir())


NAMED = [
    "extends: ../secret.yaml\n",
    "extends: link.yaml\n",
    "title: x\nworld: ../w\nhorizon: {start: 2026-01-01, years: 1}\n",
    "title: x\nworld: ndfeb\nhorizon: {start: 2026-01-01, years: 1}\nbaseline: {tables: ../secret.csv}\n",
    "title: x\nworld: ndfeb\nhorizon: {start: 2026-01-01, years: 1}\nreport: {observed: ../secret.csv}\n",
    "study: sweep\nscenario: ../secret.yaml\n",
]


@pytest.mark.parametrize("text", NAMED)
def test_what_a_text_names_outside_is_not_read(folder, text, monkeypatch):
    (folder / "link.yaml").symlink_to(folder.parent / "secret.yaml")
    (folder.parent / "secret.csv").write_text("the secret\n")
    opened = []
    true_open = os.open
    monkeypatch.setattr(
        os, "open", lambda path, *rest, **more: (opened.append(str(path)), true_open(path, *rest, **more))[1]
    )
    found = check_text(Documents(folder), "a.yaml", text)
    assert found.mistakes
    assert "the secret" not in str(found)
    assert not [path for path in opened if "secret" in path or path.endswith("link.yaml")]


def test_confinement_ends_with_its_context(folder):
    outside = folder.parent / "secret.yaml"
    with confined(folder):
        assert not path_is_file(outside)
        with pytest.raises(Unreadable, match="outside"):
            read_bytes(outside)
        assert read_bytes(folder / "a.yaml") == TEXT.encode()
    assert read_bytes(outside)
