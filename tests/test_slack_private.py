"""Slack exports that hold private channels: none of their folders is opened, whatever it is called and however unpacked."""

import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from exports import NOW
from test_slack import CHANNELS, WORKSPACE, Files, Read, refusal, reply, said, written

from cop_metrics.lake.lake import Lake
from cop_metrics.sources.export import mended, open_export, readings
from cop_metrics.sources.slack import ELSEWHERE, NEVER_OPENED, SOURCE, Kind

SECRET = [said(100, "U1", "Who will be let go in April?"), reply(101, "U2", "Nobody may know", 100)]
DAY = "2024-03-04.json"
BOARD = {"id": "G0BOARD00", "name": "führungskreis", "members": ["U1"]}
CRAFT = {"id": "C0CRAFT00", "name": "schweißtechnik", "members": ["U1"]}
ADVICE = {"id": "C0ADVICE0", "name": "技術相談", "members": ["U1"]}
PRIVATE, CLOSED = NEVER_OPENED[Kind.PRIVATE], NEVER_OPENED[Kind.CLOSED]


def workspace(folders: Sequence[str], **lists: Any) -> Files:
    """Return an export with what nobody may see in some folders, and lists by the names of their files without .json."""
    listed = {f"{name}.json": content for name, content in lists.items()}
    return {
        **WORKSPACE,
        "groups.json": [BOARD],
        **listed,
        **{f"{folder}/{DAY}": SECRET for folder in folders},
    }


def kept(path: Path, data: Path) -> str:
    """Return every value and every word that an import keeps."""
    with open_export(path) as export:
        lake = Lake(data)
        imported = lake.write(
            community="craft", source_name="slack", source=SOURCE, export=export, now=NOW
        ).imported
        return str(imported) + str([Read(path).tables[table].rows() for table in imported.tables])


def in_another_encoding(name: str, encoding: str) -> str:
    return name.encode().decode(encoding)


@pytest.mark.parametrize(
    "folder",
    [
        "führungskreis",
        unicodedata.normalize("NFD", "führungskreis"),
        "FÜHRUNGSKREIS",
        "G0BOARD00",
        in_another_encoding("führungskreis", "cp437"),
        in_another_encoding("führungskreis", "cp850"),
        in_another_encoding("führungskreis", "cp1252"),
        in_another_encoding("führungskreis", "latin-1"),
        in_another_encoding("führungskreis", "mac-roman"),
        "f#U00fchrungskreis",
        "f#U251c#U255dhrungskreis",
        "f%C3%BChrungskreis",
        "D0PRIV000",
        "G0OTHER00",
        "mpdm-ana--bo-1",
    ],
)
def test_a_private_folder_is_closed_however_it_is_spelled(folder: str, tmp_path: Path) -> None:
    path = written(tmp_path / "export", workspace([folder]))
    assert Read(path).skipped == {PRIVATE: 1}
    assert Read(path).tables["thread"]["channel"].unique().sort().to_list() == ["general", "help"]
    everything = kept(path, tmp_path / "data")
    assert "hrungskreis" not in everything
    assert "let go" not in everything
    assert folder not in everything


@pytest.mark.parametrize(
    "folder",
    [
        *(
            "f__hrungskreis",
            "fhrungskreis",
            "fuehrungskreis",
            "f&uuml;hrungskreis",
            "f\\u00fchrungskreis",
        ),
        *("führungskreis (1)", "führungskreis-alt", "kreis"),
    ],
)
def test_a_folder_that_may_be_a_private_one_s_is_closed_and_not_named(
    folder: str, tmp_path: Path
) -> None:
    path = written(tmp_path / "export", workspace([folder]))
    assert Read(path).skipped == {NEVER_OPENED[Kind.LOOKS_PRIVATE]: 1}
    assert folder not in kept(path, tmp_path / "data")


@pytest.mark.parametrize(
    "lists", [{"groups": []}, {"dms": [{"id": "D1"}]}, {"mpims": []}, {"groups": None}]
)
def test_a_folder_that_no_list_explains_is_closed_and_named(
    lists: dict[str, Any], tmp_path: Path
) -> None:
    files = {**workspace(["old-name"]), "groups.json": [BOARD]} | {
        f"{name}.json": each for name, each in lists.items()
    }
    read = Read(written(tmp_path, files))
    assert read.skipped == {CLOSED: 1}
    assert read.reading.examples[CLOSED] == ["old-name"]


def test_without_lists_of_private_channels_unlisted_folders_are_read(tmp_path: Path) -> None:
    files = {name: each for name, each in workspace(["unlisted"]).items() if name != "groups.json"}
    assert "unlisted" in Read(written(tmp_path, files)).tables["thread"]["channel"].to_list()


@pytest.mark.parametrize("folder", ["C0SECRET0", "c0secret0", "d0secret0"])
def test_an_id_that_channels_json_does_not_list_is_closed(folder: str, tmp_path: Path) -> None:
    files = {name: each for name, each in workspace([folder]).items() if name != "groups.json"}
    assert Read(written(tmp_path, files)).skipped == {CLOSED: 1}


@pytest.mark.parametrize("flag", ["is_private", "is_mpim", "is_im", "is_group"])
def test_what_channels_json_itself_calls_private_is_closed(flag: str, tmp_path: Path) -> None:
    channel = {
        "id": "C0BOARD00",
        "name": "board",
        flag: True,
        "members": ["U4"],
        "previous_names": ["kitchen"],
    }
    read = Read(
        written(
            tmp_path, workspace(["board", "C0BOARD00", "kitchen"], channels=[*CHANNELS, channel])
        )
    )
    assert read.skipped == {PRIVATE: 3, "channels.json: a private channel": 1}
    assert "board" not in str(read.tables["channel_member"].rows())
    assert "board" not in str(read.reading)


@pytest.mark.parametrize(
    "folder", ["f__hrungskreis", "fuehrungskreis", "f&uuml;hrungskreis", "unlisted"]
)
@pytest.mark.parametrize("yes", [True, "true", 1])
def test_a_private_channel_of_channels_json_closes_what_no_list_explains(
    folder: str, yes: object, tmp_path: Path
) -> None:
    files = workspace([folder], channels=[*CHANNELS, BOARD | {"is_private": yes}])
    path = written(
        tmp_path / "export", {name: each for name, each in files.items() if name != "groups.json"}
    )
    assert Read(path).tables["thread"]["channel"].unique().sort().to_list() == ["general", "help"]
    everything = kept(path, tmp_path / "data")
    assert "hrungskreis" not in everything
    assert "let go" not in everything


@pytest.mark.parametrize(
    "name", ["groups (1)", "Groups", "mpims-2", "dms copy", "lists/groups", "private_channels"]
)
def test_a_list_of_private_channels_is_known_as_a_browser_or_packer_calls_it(
    name: str, tmp_path: Path
) -> None:
    files = {
        each: rows for each, rows in workspace(["führungskreis"]).items() if each != "groups.json"
    }
    read = Read(written(tmp_path, {**files, f"{name}.json": [BOARD]}))
    assert read.skipped == {PRIVATE: 1}


def test_where_only_private_channels_have_days_it_is_not_said_that_nobody_wrote(
    tmp_path: Path,
) -> None:
    lists = {
        name: each
        for name, each in workspace(["führungskreis"]).items()
        if name.endswith(".json") and "/" not in name
    }
    path = written(tmp_path / "export", {**lists, f"führungskreis/{DAY}": SECRET})
    with open_export(path) as export:
        told = Lake(tmp_path / "data").write(
            community="craft", source_name="slack", source=SOURCE, export=export, now=NOW
        )
    assert "nobody wrote in it, but for what was left out" in str(told)


@pytest.mark.parametrize("folder", ["craft", "C0CRAFT00"])
def test_a_channel_that_is_listed_as_public_and_private_is_private(
    folder: str, tmp_path: Path
) -> None:
    lists = {
        "channels": [*CHANNELS, CRAFT | {"name": "craft"}],
        "groups": [CRAFT | {"name": "other"}],
    }
    assert Read(written(tmp_path, workspace([folder], **lists))).skipped[PRIVATE] == 1


def test_a_name_that_a_public_and_a_private_channel_share_is_closed(tmp_path: Path) -> None:
    groups = [{"id": "G0HELP000", "name": "help", "is_archived": True}]
    read = Read(written(tmp_path, workspace([], groups=groups)))
    assert read.skipped == {PRIVATE: 2}
    assert read.tables["thread"]["channel"].unique().to_list() == ["general"]


def test_lists_above_the_channels_folders_count(tmp_path: Path) -> None:
    files = {
        name if "/" not in name else f"channels/{name}": each
        for name, each in workspace(["führungskreis"]).items()
    }
    read = Read(written(tmp_path, files))
    assert read.skipped == {PRIVATE: 1}
    assert read.tables["channel_member"].height == 4


def test_without_channels_json_nothing_is_known_to_be_public(tmp_path: Path) -> None:
    files = {
        name: each for name, each in workspace(["führungskreis"]).items() if name != "channels.json"
    }
    assert "none of its folders is known to be a public channel" in refusal(
        written(tmp_path, files)
    )


def test_a_damaged_list_of_private_channels_stops_the_import(tmp_path: Path) -> None:
    for name in ("groups", "dms", "mpims"):
        said = refusal(
            written(tmp_path / name, workspace(["führungskreis"], **{name: {"not": "a list"}}))
        )
        assert f"'{name}.json' is damaged" in said


@pytest.mark.parametrize(
    "folder",
    [
        "FC:F0PAYROLL0:Pay round",
        "FC_F0PAYROLL0_Pay round",
        "FC꞉F0PAYROLL0꞉Pay round",
        "FC%3AF0PAYROLL0",
        "fc_f0payroll0_pay",
        "fc:F0PAYROLL0",
        "FL:F0PAYROLL0:Pay round",
        "FL_F0PAYROLL0_Pay round",
    ],
)
@pytest.mark.parametrize("is_closed", [False, True])
def test_a_canvas_is_counted_and_its_title_is_not_told(
    folder: str, is_closed: bool, tmp_path: Path
) -> None:
    files = workspace([folder])
    files = (
        files
        if is_closed
        else {name: each for name, each in files.items() if name != "groups.json"}
    )
    path = written(
        tmp_path / "export",
        {**files, f"{folder}/canvas_pay.json": [], "FC:F1/Pay/a/2024-03-04.json": SECRET},
    )
    assert Read(path).skipped == {"a canvas": 2, ELSEWHERE: 1}
    assert "Pay" not in kept(path, tmp_path / "data")


def test_uploads_are_counted_and_not_named(tmp_path: Path) -> None:
    uploads = {
        "__uploads/F01/Wages.pdf": b"x",
        f"__uploads/{DAY}": SECRET,
        "help/attachments/F2-Wages.xlsx": b"x",
    }
    path = written(tmp_path / "export", {**WORKSPACE, **uploads})
    assert Read(path).skipped == {"a file that holds no messages": 3}
    assert "Wages" not in kept(path, tmp_path / "data")


# Names in archives


class Unflagged(zipfile.ZipInfo):
    """A file of a .zip whose name does not say in which letters it is."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802
        return self.filename.encode("cp437"), 0


def unflagged(folder: Path, files: Files, *, field: bool = False) -> Path:
    """Return a .zip whose names are UTF-8 and do not say so, or with `field` some other letters beside the UTF-8 ones."""
    written(folder, files)
    path = folder.parent / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(each for each in folder.rglob("*") if each.is_file()):
            name = file.relative_to(folder).as_posix()
            packed = (
                name.encode("ascii", "replace").decode() if field else name.encode().decode("cp437")
            )
            info = Unflagged(packed)
            if field:
                told = b"\1" + struct.pack("<L", zlib.crc32(packed.encode())) + name.encode()
                info.extra = struct.pack("<HH", 0x7075, len(told)) + told
            archive.writestr(info, file.read_bytes())
    return path


@pytest.mark.parametrize("field", [False, True])
def test_a_zip_whose_names_are_utf8_without_saying_so(field: bool, tmp_path: Path) -> None:
    public = {f"{each['name']}/{DAY}": [said(7, "U2", "Hello")] for each in (CRAFT, ADVICE)}
    files = {**workspace(["führungskreis"], channels=[*CHANNELS, CRAFT, ADVICE]), **public}
    read = Read(unflagged(tmp_path / "export", files, field=field))
    assert read.skipped == {PRIVATE: 1}
    assert set(read.tables["thread"]["channel"]) == {
        "help",
        "general",
        "schweißtechnik",
        "技術相談",
    }


def test_names_that_are_no_utf8_stay_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(Unflagged("grün.txt"), b"x")
    with open_export(path) as export:
        assert export.names == ("grün.txt",)


@pytest.mark.parametrize(
    "folder",
    ["schwei├ƒtechnik", "schwei#U00dftechnik", "schweiÃŸtechnik", "C0CRAFT00", "Schweißtechnik"],
)
def test_a_public_folder_is_known_however_it_is_spelled(folder: str, tmp_path: Path) -> None:
    files = {
        **workspace([], channels=[*CHANNELS, CRAFT]),
        f"{folder}/{DAY}": [said(7, "U2", "Hello")],
    }
    read = Read(written(tmp_path, files))
    assert read.skipped == {}
    assert read.rows("thread", "channel", thread=f"C0CRAFT00/{said(7, '', '')['ts']}") == [
        ("schweißtechnik",)
    ]


@pytest.mark.parametrize(
    "name",
    [
        "help",
        "für",
        "Größe-ÄÖÜ",
        "wyjście",
        "技術",
        "Viðíðis",
        "CAFÉ’s",
        "#U",
        "#Ubuntu",
        "#U0041",
        "100%",
        "a%zz",
    ],
)
def test_a_name_in_which_nothing_went_wrong_is_left_alone(name: str) -> None:
    assert mended(name) == name
    assert unicodedata.normalize("NFC", name) in readings(name)


def test_two_files_never_become_one(tmp_path: Path) -> None:
    folder = written(
        tmp_path / "export", {"für/a.json": [], "f├╝r/a.json": [], "f#U00fcr/b.json": []}
    )
    with open_export(folder) as export:
        assert set(export.names) == {"für/a.json", "f├╝r/a.json", "für/b.json"}
