from __future__ import annotations

from pathlib import Path

from monitor.filewatch import FileWatch


def test_a_changed_file_is_noticed_once_it_stands_still(tmp_path: Path) -> None:
    file = tmp_path / "probes.yaml"
    file.write_text("a")
    watch = FileWatch(file)
    assert not watch.changed()
    file.write_text("longer")
    assert [watch.changed(), watch.changed(), watch.changed()] == [False, True, False]


def test_a_file_that_goes_is_no_change_until_another_comes(tmp_path: Path) -> None:
    file = tmp_path / "probes.yaml"
    file.write_text("a")
    watch = FileWatch(file)
    file.unlink()
    assert [watch.changed(), watch.changed()] == [False, False]
    file.write_text("another")
    assert [watch.changed(), watch.changed()] == [False, True]


def test_a_file_behind_a_changed_link_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("same size")
    (tmp_path / "two").write_text("size same")
    link = tmp_path / "probes.yaml"
    link.symlink_to("one")
    watch = FileWatch(link)
    link.unlink()
    link.symlink_to("two")
    assert [watch.changed(), watch.changed()] == [False, True]
