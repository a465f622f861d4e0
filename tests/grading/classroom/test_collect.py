"""Collecting: the right notebook of everyone in the right place, whatever they sent and called it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import nbformat
import pytest

from tests.grading.classroom.bombs import GB, bomb
from tests.grading.classroom.handed_in import (
    CENTRE,
    NAME,
    OTHER,
    RECORD,
    SPREAD,
    built_course,
    cell_of,
    release,
    solved,
    tree,
    with_link,
    written,
    zip_at,
    zipped,
)
from vizwidgets.grading.classroom.auditing.audit import audit
from vizwidgets.grading.classroom.collecting import collect as module
from vizwidgets.grading.classroom.collecting.collect import collect, table_of
from vizwidgets.grading.classroom.collecting.regraft import regraft
from vizwidgets.grading.classroom.scoring.gradebook import Gradebook
from vizwidgets.grading.command import main

DIRECTORY = "_assignsubmission_file_/"


@pytest.fixture
def course(tmp_path):
    return built_course(tmp_path / "course")


def rows_by_student(rows):
    return {row.student: row for row in rows}


def collected(course, tmp_path, files):
    return rows_by_student(collect(course, NAME, zip_at(tmp_path / "all.zip", files)))


def handed_in(course, student):
    return course.submission(student, NAME).read_bytes()


def test_a_moodle_zip_with_names_of_every_kind(course, tmp_path):
    names = {"Ann Müller": "11", "O'Neil, Bob": "12", 'Zoe "Z" Day': "13", "<b>Max & Co": "14", "李雷": "15"}
    answers = {k: written(solved(course, words=f"<!-- answer q3 -->\n{k}")) for k in names.values()}
    files = {f"{name}_{k}{DIRECTORY}a0.ipynb": answers[k] for name, k in names.items() if k != "12"}
    files["O'Neil, Bob_12_assignsubmission_file/a0.ipynb"] = answers["12"]  # as newer Moodle calls the folder
    rows = collected(course, tmp_path, files)
    folders = ["ann-mueller", "b-max-co", "o-neil-bob", "student-15", "zoe-z-day"]
    assert sorted(rows) == folders
    assert {(row.state, row.notes) for row in rows.values()} == {("new", ())}
    found = [handed_in(course, folder) for folder in folders]
    assert found == [answers[k] for k in ("11", "14", "12", "15", "13")]
    with course.students.open(encoding="utf-8-sig", newline="") as file:
        listed = {row["name"]: row[f"moodle_id_{NAME}"] for row in csv.DictReader(file)}
    assert listed == names


def test_a_moodle_zip_without_folders(course, tmp_path):
    name = "Ann Lee_5_assignsubmission_file_my sheet.ipynb"
    rows = collected(course, tmp_path, {name: written(solved(course))})
    assert rows["ann-lee"].file == "my sheet.ipynb"


def test_a_canvas_zip_with_resubmissions_late_and_anonymous_ones(course, tmp_path):
    old, new = written(solved(course, spread=SPREAD + "  # old")), written(solved(course))
    files = {
        "leeann_4711_900_a0-2.ipynb": new,
        "leeann_4711_100_a0.ipynb": old,
        "muellerbob_LATE_4712_901_a0 (1).ipynb": new,
        "anon_Xy12z_902_a0.ipynb": new,
        "dayzoe_4713_text.html": b"<p>see my other upload</p>",
    }
    rows = collected(course, tmp_path, files)
    assert handed_in(course, "leeann") == new
    assert rows["leeann"].notes == ("not used: a0.ipynb, another attempt",)
    assert rows["muellerbob"].notes == ("handed in late",)
    assert rows["anon-xy12z"].state == "new"
    assert rows["dayzoe"].state == "not usable" and "a web page" in rows["dayzoe"].notes[0]
    assert "4712" in course.students.read_text(encoding="utf-8")


def test_a_folder_with_a_folder_for_each_student(course, tmp_path):
    for student in ("ann", "Bob Lee"):
        (tmp_path / "in" / student / "deep").mkdir(parents=True)
        (tmp_path / "in" / student / "deep" / "x.ipynb").write_bytes(written(solved(course)))
    (tmp_path / "in" / "zoe.ipynb").write_bytes(written(solved(course)))
    (tmp_path / "in" / ".DS_Store").write_bytes(b"\0")
    rows = rows_by_student(collect(course, NAME, tmp_path / "in"))
    assert {student: row.state for student, row in rows.items()} == dict.fromkeys(
        ("ann", "bob-lee", "zoe"), "new"
    )


def test_records_lie_beside_the_notebook(course, tmp_path):
    sent = {"a0.ipynb": written(solved(course)), "records/first try.json": RECORD}
    collected(course, tmp_path, {f"Ann_1{DIRECTORY}{name}": data for name, data in sent.items()})
    found = tree(course.submitted / "ann" / NAME)
    assert found == {f"{NAME}.ipynb": sent["a0.ipynb"], "records/first try.json": RECORD}


@pytest.mark.parametrize("name", ["a1.ipynb.txt", "a0 (3).json", "answer", f"{OTHER}.ipynb", "x.ipynb.ipynb"])
def test_a_wrong_name_is_seen_through(course, tmp_path, name):
    assert collected(course, tmp_path, {f"Ann_1{DIRECTORY}{name}": written(solved(course))})["ann"].is_usable


def test_a_sheet_without_metadata_is_recognised_by_its_functions(course, tmp_path):
    notebook = solved(course)
    notebook.metadata.clear()
    for cell in notebook.cells:
        cell.metadata.clear()
    row = collected(course, tmp_path, {f"Ann_1{DIRECTORY}a0.ipynb": written(notebook)})["ann"]
    assert row.state == "new"
    assert "recognised by its functions" in row.notes[0] and "run regraft" in row.notes[1]


def test_the_newest_attempt_stays_and_an_untouched_release_is_none(course, tmp_path):
    first, second = (written(solved(course, spread=f"{SPREAD}  # {k}")) for k in (1, 2))
    files = {
        f"Ann_1{DIRECTORY}a0.ipynb": first,
        f"Ann_1{DIRECTORY}a0 (1).ipynb": second,
        f"Ann_1{DIRECTORY}a0 (2).ipynb": written(release(course)),
    }
    row = collected(course, tmp_path, files)["ann"]
    assert handed_in(course, "ann") == second
    assert set(row.notes) == {f"not used: {name}, another attempt" for name in ("a0.ipynb", "a0 (2).ipynb")}


def test_a_zip_of_the_students_own_is_opened_one_level_only(course, tmp_path):
    inner = zipped({"my work/a0.ipynb": written(solved(course)), "__MACOSX/._a0.ipynb": b"\0"})
    files = {
        f"Ann_1{DIRECTORY}all.zip": inner,
        f"Bob_2{DIRECTORY}all.zip": zipped({"again.zip": inner}),
        f"Max_3{DIRECTORY}all.zip": zipped({}),
        f"Zoe_4{DIRECTORY}all.zip": inner[: len(inner) // 2],
        f"Tim_5{DIRECTORY}all.zip": zipped({f"{k}.txt": b"" for k in range(300)}),
    }
    rows = collected(course, tmp_path, files)
    assert rows["ann"].file == "all.zip/my work/a0.ipynb"
    words = {"bob": "a zip in a zip", "max": "an empty zip", "zoe": "cut short", "tim": "at most 200"}
    for student, each in words.items():
        assert rows[student].state == "not usable" and each in rows[student].notes[0]


def notebook_of_format_3():
    text = "\n\n".join((SPREAD, CENTRE))
    cells = [{"cell_type": "code", "input": text, "outputs": [], "language": "python", "metadata": {}}]
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": cells}]}
    return json.dumps(old).encode()


def test_what_is_no_use_is_named_with_what_to_do(course, tmp_path):
    whole = written(solved(course))
    stranger = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("def f(): ...")])
    sent = {
        "cut": ("a0.ipynb", whole[: len(whole) // 2], "broken JSON, perhaps cut short"),
        "deep": ("a0.ipynb", b'{"cells": ' + b"[" * 100_000, "nested without end"),
        "empty": ("a0.ipynb", b"", "an empty file"),
        "other": ("a0.ipynb", written(release(course, OTHER)), f"the sheet {OTHER}; collect it as that one"),
        "stranger": ("a0.ipynb", written(stranger), "without any function of this sheet"),
        "python": ("a0.py", b"def spread(x): ...", "a Python file"),
        "paper": ("a0.pdf", b"%PDF-1.7", "a PDF"),
        "disguised": ("a0.ipynb", b"%PDF-1.7", "a PDF"),
        "list": ("a0.ipynb", b"[]", "JSON, but no notebook"),
        "odd": ("a0.ipynb", b'{"cells": [1], "nbformat": 4}', "broken cells"),
        "bytes": ("a0.ipynb", b"\x80\x81{}", "broken JSON"),
        "lonely": ("first try.json", RECORD, "a record, but no notebook"),
        "link": ("a0.zip", with_link("/etc/passwd", "a0.ipynb"), "a link"),
        "bomb": ("a0.zip", bomb("a0.ipynb", 10 * GB), "at most 100 MB are read"),
        "liar": ("a0.zip", bomb("a0.ipynb", GB, 1000), "damaged in the zip"),
        "path": ("a0.zip", zipped({"../../a0.ipynb": whole}), "leads out of the zip"),
    }
    files = {f"{name}_{k}{DIRECTORY}{file}": data for k, (name, (file, data, _)) in enumerate(sent.items())}
    before = tree(tmp_path)
    rows = collected(course, tmp_path, {**files, f"ann_99{DIRECTORY}a0.ipynb": whole})
    for name, (_, _, words) in sent.items():
        assert rows[name].state == "not usable", name
        assert any(words in note for note in rows[name].notes), (name, rows[name].notes)
    assert rows["ann"].state == "new"
    new = set(tree(tmp_path)) - set(before)
    reasons = {f"course/submitted/{name}/{NAME}/not_usable.txt" for name in sent}
    assert new == {"all.zip", "course/students.csv", f"course/submitted/ann/{NAME}/{NAME}.ipynb", *reasons}


def test_format_3_and_another_release_are_collected_and_flagged(course, tmp_path):
    older, learning = solved(course), solved(course)
    older.metadata["vizwidgets"]["version"] = "0123456789ab"
    learning.metadata["vizwidgets"]["version"] = "self-study"
    files = {
        f"Ann_1{DIRECTORY}a0.ipynb": notebook_of_format_3(),
        f"Bob_2{DIRECTORY}a0.ipynb": written(older),
        f"Zoe_3{DIRECTORY}a0.ipynb": written(learning),
    }
    rows = collected(course, tmp_path, files)
    assert all(row.state == "new" for row in rows.values())
    assert any("notebook format 3, not 4: run regraft" in note for note in rows["ann"].notes)
    assert "made from another release (0123456789ab; now" in rows["bob"].notes[0]
    assert "self-study version" in rows["zoe"].notes[0]


def test_an_untouched_release_is_collected_and_said_to_be_one(course, tmp_path):
    row = collected(course, tmp_path, {f"Ann_1{DIRECTORY}a0.ipynb": written(release(course))})["ann"]
    assert row.state == "new" and "without any answer" in row.notes[0]


def test_fifty_megabytes_of_output_are_left_behind(course, tmp_path):
    notebook = solved(course)
    cell_of(notebook, "q1").outputs = [nbformat.v4.new_output("stream", text=("spam" * 25 + "\n") * 450_000)]
    row = collected(course, tmp_path, {f"Ann_1{DIRECTORY}a0.ipynb": written(notebook)})["ann"]
    assert "kept without its outputs" in row.notes[0]
    assert len(handed_in(course, "ann")) < 100_000
    assert nbformat.reads(handed_in(course, "ann").decode(), 4).cells == solved(course).cells


def test_a_byte_order_mark_does_not_reach_the_grader(course, tmp_path):
    collected(course, tmp_path, {f"Ann_1{DIRECTORY}a0.ipynb": b"\xef\xbb\xbf" + written(solved(course))})
    assert nbformat.read(course.submission("ann", NAME), 4).cells == solved(course).cells


def test_collecting_twice_changes_nothing(course, tmp_path):
    files = {
        f"Ann_1{DIRECTORY}a0.ipynb": written(solved(course)),
        f"Ann_1{DIRECTORY}r.json": RECORD,
        f"Bob_2{DIRECTORY}a0.ipynb": b"{",
    }
    collected(course, tmp_path, files)
    before = tree(course.root)
    rows = collected(course, tmp_path, files)
    assert tree(course.root) == before
    assert rows["ann"].state == "as before"


def test_what_is_replaced_is_kept_beside_it_and_an_older_download_does_not_undo_it(course, tmp_path):
    name = f"Ann_1{DIRECTORY}a0.ipynb"
    first, second = (written(solved(course, spread=f"{SPREAD}  # {k}")) for k in (1, 2))
    collected(course, tmp_path, {name: first})
    row = collected(course, tmp_path, {name: second})["ann"]
    place = course.submitted / "ann" / NAME
    assert row.state == "replaced" and "kept in earlier/" in row.notes[0]
    assert tree(place) == {f"{NAME}.ipynb": second, f"earlier/{NAME}_1.ipynb": first}
    row = collected(course, tmp_path, {name: first})["ann"]
    assert row.state == "older" and "replaced by a newer one before" in row.notes[0]
    assert handed_in(course, "ann") == second
    row = collected(course, tmp_path, {name: b"{"})["ann"]
    assert row.state == "not usable" and row.notes[-1] == "what was collected before stays"


def test_the_reason_of_what_is_no_use_stays_until_something_usable_comes(course, tmp_path):
    name, place = f"Ann_1{DIRECTORY}a0.ipynb", course.submitted / "ann" / NAME
    row = collected(course, tmp_path, {name: b"{", f"Ann_1{DIRECTORY}a0.pdf": b"%PDF"})["ann"]
    assert tree(place) == {"not_usable.txt": "".join(f"{note}\n" for note in row.notes).encode()}
    assert course.submissions(NAME) == [("ann", place)]
    after = collected(course, tmp_path, {f"Bob_2{DIRECTORY}a0.ipynb": written(solved(course))})["ann"]
    assert (after.state, after.notes) == ("not usable", (*row.notes, "not in this download"))
    good = written(solved(course))
    assert collected(course, tmp_path, {name: good})["ann"].state == "new"
    assert tree(place) == {f"{NAME}.ipynb": good}
    assert collected(course, tmp_path, {name: b"{"})["ann"].state == "not usable"
    assert tree(place) == {f"{NAME}.ipynb": good}
    assert collected(course, tmp_path, {f"Bob_2{DIRECTORY}a0.ipynb": good})["ann"].state == "as before"


def test_who_hands_in_something_unusable_stays_listed_as_not_graded(course, tmp_path, capsys):
    inner = zipped({"again.zip": zipped({"a0.ipynb": written(solved(course))})})
    files = {
        f"Ann_1{DIRECTORY}a0.ipynb": b"{",
        f"Bob_2{DIRECTORY}a0.ipynb": written(release(course, OTHER)),
        f"Max_3{DIRECTORY}a0.pdf": b"%PDF-1.7",
        f"Zoe_4{DIRECTORY}a0.zip": zipped({"once more.zip": inner}),
    }
    words = {"ann": "broken JSON", "bob": f"the sheet {OTHER}", "max": "a PDF", "zoe": "a zip in a zip"}
    collected(course, tmp_path, files)
    where = ["--course", str(course.root)]
    assert main(["grade", "a0", *where]) == 1
    said = capsys.readouterr().out
    results = {each.student: each for each in Gradebook(course, NAME).results()}
    for student, each in words.items():
        assert not results[student].is_graded and each in results[student].problem
        assert results[student].cells == () and results[student].submission == ""
        assert f"not graded: {student}: " in said
    for command in ("feedback", "report"):
        main([command, "a0", *where])
    report = (course.reports / f"{NAME}.html").read_text(encoding="utf-8")
    for student, each in words.items():
        page = (course.feedback / student / f"{NAME}.html").read_text(encoding="utf-8")
        assert each in page and each in report


def test_a_folder_in_which_nothing_is_usable_is_a_students_all_the_same(course, tmp_path):
    rows = collected(course, tmp_path, {"ann/a0.ipynb": b"{", "bob/scan.pdf": b"%PDF", "zoe/r.json": RECORD})
    assert {row.state for row in rows.values()} == {"not usable"}
    assert [student for student, _ in course.submissions(NAME)] == ["ann", "bob", "zoe"]


def test_whoever_is_listed_keeps_the_reason_whatever_came(course, tmp_path):
    course.students.write_text("student,name\nann,Ann Lee\n", encoding="utf-8")
    collected(course, tmp_path, {"Ann Lee/beach.jpg": b"\xff\xd8"})
    assert b"a picture" in tree(course.submitted)[f"ann/{NAME}/not_usable.txt"]


def test_a_second_download_is_counted_by_what_it_changes(course, tmp_path):
    def sent(*versions):
        spreads = [f"{SPREAD}  # {version}" for version in versions]
        return {f"{who}_{k}{DIRECTORY}a0.ipynb": written(solved(course, spread)) for k, (who, spread) in
                enumerate(zip("ABCDE", spreads, strict=False))}  # fmt: skip

    def counted(files):
        return table_of(collect(course, NAME, zip_at(tmp_path / "all.zip", files))).partition("\n")[0]

    assert counted(sent(1, 1, 1)) == "3 new · 0 not usable · 0 missing"
    assert counted(sent(1, 2, 1, 1, 1)) == "2 new · 1 replaced · 2 as before · 0 not usable · 0 missing"
    assert counted(sent(1, 1)) == "0 new · 4 as before · 1 older · 0 not usable · 0 missing"


@pytest.mark.parametrize("data", [b'{"format": "vizw', b"[1, 2]", b"", b'{"format": "other"}'])
def test_a_broken_record_is_called_a_record(course, tmp_path, data):
    sent = {"a0.ipynb": written(solved(course)), "records/first try.json": data}
    row = collected(course, tmp_path, {f"Ann_1{DIRECTORY}{name}": each for name, each in sent.items()})["ann"]
    wanted = "not used: records/first try.json, no record that can be read; ask for it again"
    assert row.state == "new" and row.notes[0].startswith(wanted)


def test_who_sent_nothing_is_missing(course, tmp_path):
    course.students.write_text('student,name\nann,"Lee, Ann"\nbob,Bob\n', encoding="utf-8")
    rows = collected(course, tmp_path, {f"Lee, Ann_1{DIRECTORY}a0.ipynb": written(solved(course))})
    assert {student: row.state for student, row in rows.items()} == {"ann": "new", "bob": "missing"}


def test_a_folder_that_is_a_link_is_not_written_to(course, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    course.submitted.mkdir()
    (course.submitted / "ann").symlink_to(tmp_path / "elsewhere")
    row = collected(course, tmp_path, {f"Ann_1{DIRECTORY}a0.ipynb": written(solved(course))})["Ann"]
    assert row.state == "not usable" and "leads elsewhere by a link" in row.notes[0]
    assert tree(tmp_path / "elsewhere") == {}


def test_nobody_is_listed_for_a_folder_of_something_else(course, tmp_path):
    rows = collected(course, tmp_path, {"holiday/beach.jpg": b"\xff\xd8", "notes.txt": b"milk"})
    assert {row.state for row in rows.values()} == {"not usable"}
    assert not course.students.exists()


def test_an_interrupted_collection_goes_on_where_it_stood(course, tmp_path, monkeypatch):
    files = {f"{name}_{k}{DIRECTORY}a0.ipynb": written(solved(course)) for k, name in enumerate("ABCD")}
    count, keep = iter(range(9)), module.keep

    def interrupted(*arguments):
        if next(count) == 2:
            raise KeyboardInterrupt
        return keep(*arguments)

    monkeypatch.setattr(module, "keep", interrupted)
    with pytest.raises(KeyboardInterrupt):
        collected(course, tmp_path, files)
    monkeypatch.undo()
    rows = collected(course, tmp_path, files)
    assert [rows[student].state for student in "abcd"] == ["as before", "as before", "new", "new"]
    assert not list(course.root.rglob("*.part"))


def test_the_table_shows_no_sign_that_a_terminal_obeys(course, tmp_path):
    rows = collect(course, NAME, zip_at(tmp_path / "all.zip", {f"\x1b[2JAnn_1{DIRECTORY}a\n0.pdf": b""}))
    text = table_of(rows)
    assert "\x1b" not in text and "a\\n0.pdf: a PDF" in text


def test_the_command_prints_the_table_and_says_whether_a_person_must_look(course, tmp_path, capsys):
    good = zip_at(tmp_path / "good.zip", {f"Ann_1{DIRECTORY}a0.ipynb": written(solved(course))})
    assert main(["collect", "a0", str(good), "--course", str(course.root)]) == 0
    assert "1 new · 0 not usable · 0 missing" in capsys.readouterr().out
    bad = zip_at(tmp_path / "bad.zip", {f"Bob_2{DIRECTORY}a0.ipynb": b"{"})
    assert main(["collect", "a0", str(bad), "--course", str(course.root)]) == 1
    assert "a0.ipynb: broken JSON" in capsys.readouterr().out
    Path(tmp_path / "broken.zip").write_bytes(b"PK")
    assert main(["collect", "a0", str(tmp_path / "broken.zip"), "--course", str(course.root)]) == 2
    assert "download it again" in capsys.readouterr().err


def test_half_a_sign_does_not_reach_the_grader_and_a_whole_one_does(course, tmp_path):
    half, whole = solved(course), written(solved(course, words="<!-- answer q3 -->\n🐐"))
    cell_of(half, "q3").source = "<!-- answer q3 -->\nHALF"
    files = {
        f"Ann_1{DIRECTORY}a0.ipynb": written(half).replace(b"HALF", rb"\ud83d!"),
        f"Bob_2{DIRECTORY}a0.ipynb": json.dumps(json.loads(whole)).encode(),
    }
    rows = collected(course, tmp_path, files)
    assert {row.state for row in rows.values()} == {"new"}
    assert cell_of(nbformat.read(course.submission("ann", NAME), 4), "q3").source.endswith("?!")
    assert handed_in(course, "bob") == files[f"Bob_2{DIRECTORY}a0.ipynb"]


def test_code_that_is_nested_or_long_beyond_reason_stops_nobody(course, tmp_path):
    answers = {
        "deep": "def spread(x):\n    return " + "+".join(["x"] * 3000),
        "brackets": "def spread(x):\n    return " + "(" * 5000,
        "long": "def spread(x):\n    return x\n" + "x = 1\n" * 100_000,
        "broken": SPREAD + "\n" + "y = (\n" * 5000,
    }
    files = {
        f"{name}_{k}{DIRECTORY}a0.ipynb": written(solved(course, spread=code))
        for k, (name, code) in enumerate(answers.items())
    }
    rows = collected(course, tmp_path, files)
    assert {student: row.state for student, row in rows.items()} == dict.fromkeys(answers, "new")
    regraft(course, NAME)
    assert audit(course, NAME).flagged == {}


def test_a_name_without_end_is_cut(course, tmp_path):
    name = f"Ann_1{DIRECTORY}" + "-" * 60_000 + "a.ipynb"
    rows = collect(course, NAME, zip_at(tmp_path / "all.zip", {name: written(solved(course))}))
    assert "ask for it under a shorter one" in rows[0].notes[0] and len(table_of(rows)) < 2000


def test_two_records_of_one_name_are_both_kept(course, tmp_path):
    other = RECORD.replace(b"tiny", b"vgg16")
    sent = {"a0.ipynb": written(solved(course)), "x/r.json": RECORD, "y/r.json": other, "z/r.json": RECORD}
    collected(course, tmp_path, {f"Ann_1{DIRECTORY}{name}": data for name, data in sent.items()})
    assert tree(course.submitted / "ann" / NAME / "records") == {"r.json": RECORD, "r 2.json": other}


def test_an_empty_zip_is_refused_in_words(course, tmp_path):
    with pytest.raises(ValueError, match="all.zip is empty; download it again"):
        collected(course, tmp_path, {})
    assert not course.students.exists() and not course.submitted.exists()


def test_two_of_one_name_are_asked_for_where_their_numbers_are_new(course, tmp_path):
    notebook = written(solved(course))
    rows = collected(course, tmp_path, {f"Ann Lee_{k}{DIRECTORY}a0.ipynb": notebook for k in (1, 2)})
    assert sorted(rows) == ["ann-lee", "ann-lee-2"]
    other = written(release(course, OTHER))
    place = zip_at(tmp_path / "next.zip", {f"Ann Lee_{k}{DIRECTORY}a4.ipynb": other for k in (8, 9)})
    found = collect(course, OTHER, place)
    assert [row.state for row in found if row.student == "Ann Lee"] == ["not usable", "not usable"]
    assert "write 8 into the column moodle_id_a4_contrast" in found[0].notes[0]
