"""Exports as people hand them over: the same files in a folder, .zip or .7z, and a sentence for bad ones."""

import io
import os
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import py7zr
import pytest

from cop_metrics.errors import CopError
from cop_metrics.sources import export as export_module
from cop_metrics.sources import stack_exchange
from cop_metrics.sources.export import open_export
from cop_metrics.sources.source import Reading

FILES = {
    "dump/Posts.xml": b"<posts>" * 2000,
    "dump/deep/Users.xml": b"<users/>",
    "dump/empty.txt": b"",
}
LITTER = {
    "__MACOSX/dump/Posts.xml": b"x",
    "dump/.DS_Store": b"x",
    ".git/config": b"x",
    "dump/Thumbs.db": b"x",
}


def as_folder(target: Path, files: dict[str, bytes]) -> Path:
    folder = target / "export"
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def as_zip(target: Path, files: dict[str, bytes]) -> Path:
    path = target / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def as_seven_zip(target: Path, files: dict[str, bytes], name: str = "export.7z") -> Path:
    path = target / name
    with py7zr.SevenZipFile(path, "w") as archive:
        for inside, content in files.items():
            archive.writef(io.BytesIO(content), inside)
    return path


def as_tar(target: Path, files: dict[str, bytes], name: str = "export.tar") -> Path:
    path = target / name
    with tarfile.open(path, "w:gz" if name.endswith("gz") else "w") as archive:
        for inside, content in files.items():
            member = tarfile.TarInfo(inside)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def as_packed_tar(target: Path, files: dict[str, bytes]) -> Path:
    return as_tar(target, files, "export.tar.gz")


def problem(path: Path) -> str:
    """Return the sentence with which opening and reading everything is refused."""
    with pytest.raises(CopError) as caught:
        read_all(path)
    return str(caught.value)


def read_all(path: Path) -> None:
    with open_export(path) as export:
        for name in export.names:
            export.head(name)
            export.open(name).read()


@pytest.mark.parametrize("pack", [as_folder, as_zip, as_seven_zip, as_tar, as_packed_tar])
def test_the_same_files_are_seen_in_every_form(
    tmp_path: Path, pack: Callable[[Path, dict[str, bytes]], Path]
) -> None:
    read: list[int] = []
    with open_export(pack(tmp_path, FILES | LITTER), read.append) as export:
        assert export.names == ("dump/Posts.xml", "dump/deep/Users.xml", "dump/empty.txt")
        assert export.size == 14_008
        assert export.head("dump/Posts.xml", 7) == b"<posts>"
        assert export.head("dump/deep/Users.xml") == b"<users/>"
        assert sum(read) == 0
        export.unpack(["dump/Posts.xml"])
        export.unpack(["dump/Posts.xml", "dump/deep/Users.xml"])
        for name, content in FILES.items():
            with export.open(name) as stream:
                assert stream.read() == content
        assert export.head("dump/Posts.xml", 7) == b"<posts>"
    assert sum(read) == 14_008


def test_a_single_file_is_an_export(tmp_path: Path) -> None:
    (tmp_path / "Posts.xml").write_bytes(b"<posts/>")
    with open_export(tmp_path / "Posts.xml") as export:
        assert export.names == ("Posts.xml",)
        assert export.open("Posts.xml").read() == b"<posts/>"


def test_a_spreadsheet_is_a_file_though_it_is_a_zip_inside(tmp_path: Path) -> None:
    path = as_zip(tmp_path, {"xl/workbook.xml": b"<workbook/>"}).rename(tmp_path / "members.xlsx")
    with open_export(path) as export:
        assert export.names == ("members.xlsx",)
        assert export.head("members.xlsx", 2) == b"PK"


def test_progress_is_told_while_reading_not_at_its_end(tmp_path: Path) -> None:
    read: list[int] = []
    with open_export(as_zip(tmp_path, {"big.txt": b"x" * 5_000_000}), read.append) as export:
        stream = export.open("big.txt")
        stream.read(10)
        assert 10 <= sum(read) < 2_000_000
        stream.read()
    assert sum(read) == 5_000_000


def test_find_takes_any_case_and_the_shallowest(tmp_path: Path) -> None:
    folder = as_folder(tmp_path, {"z/POSTS.XML": b"1", "a/b/Posts.xml": b"2", "b/posts.xml": b"3"})
    with open_export(folder) as export:
        assert export.find("Posts.xml") == "b/posts.xml"
        assert export.find("Users.xml") is None


def test_an_unknown_name_is_named_with_the_nearest(tmp_path: Path) -> None:
    with (
        open_export(as_folder(tmp_path, FILES)) as export,
        pytest.raises(CopError, match=r"'dump/Posts\.xml'"),
    ):
        export.open("dump/Post.xml")


def test_a_folder_of_seven_zips_is_one_export(tmp_path: Path) -> None:
    as_seven_zip(tmp_path, {"Posts.xml": b"<posts/>"}, "big.site-Posts.7z")
    as_seven_zip(tmp_path, {"Users.xml": b"<users/>"}, "big.site-Users.7z")
    with open_export(tmp_path) as export:
        assert export.names == ("big.site-Posts/Posts.xml", "big.site-Users/Users.xml")
        assert export.open("big.site-Users/Users.xml").read() == b"<users/>"


def test_what_was_unpacked_is_kept_once_and_gone_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = as_seven_zip(tmp_path, FILES)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    with open_export(path) as export:
        export.open("dump/Posts.xml").read()
        export.open("dump/Posts.xml").read()
        assert [file.stat().st_size for file in scratch.rglob("*") if file.is_file()] == [14_000]
    assert list(scratch.iterdir()) == []


def test_nothing_there(tmp_path: Path) -> None:
    assert "There is no file or folder" in problem(tmp_path / "nowhere.zip")
    (tmp_path / "empty.zip").touch()
    assert "'empty.zip' is empty (0 bytes)" in problem(tmp_path / "empty.zip")
    (tmp_path / "folder").mkdir()
    assert "'folder' holds no files" in problem(tmp_path / "folder")
    assert "'export.zip' holds no files" in problem(as_zip(tmp_path, LITTER))


@pytest.mark.parametrize("pack", [as_zip, as_seven_zip, as_packed_tar])
@pytest.mark.parametrize("share", [0.01, 0.5, 0.99])
def test_a_truncated_archive(
    tmp_path: Path, pack: Callable[[Path, dict[str, bytes]], Path], share: float
) -> None:
    path = pack(tmp_path, {"noise": os.urandom(20_000)})
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    assert f"'{path.name}' is not a whole {path.name.removeprefix('export')} archive" in problem(
        path
    )


@pytest.mark.parametrize("pack", [as_zip, as_seven_zip])
def test_a_byte_that_was_damaged_on_the_way(
    tmp_path: Path, pack: Callable[[Path, dict[str, bytes]], Path]
) -> None:
    path = pack(tmp_path, {"noise": os.urandom(20_000)})
    damaged = bytearray(path.read_bytes())
    damaged[10_000] ^= 1
    path.write_bytes(damaged)
    assert f"'{path.name}: noise' is damaged or cut short" in problem(path)


@pytest.mark.parametrize("name", ["export.zip", "export.7z", "export.tar", "export.tgz"])
def test_another_file_under_an_archive_s_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("<html>Please sign in</html>")
    assert "is not a whole" in problem(tmp_path / name)


@pytest.mark.parametrize("headers", [False, True])
def test_an_encrypted_seven_zip(tmp_path: Path, headers: bool) -> None:
    path = tmp_path / "secret.7z"
    with py7zr.SevenZipFile(path, "w", password="x", header_encryption=headers) as archive:
        archive.writestr(b"hello", "a.txt")
    assert (
        problem(path)
        == "'secret.7z' is encrypted. Unpack it with its password, and give the folder."
    )


def test_an_encrypted_zip(tmp_path: Path) -> None:
    path = as_zip(tmp_path, {"a.txt": b"hello"})
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    assert (
        problem(path)
        == "'export.zip' is encrypted. Unpack it with its password, and give the folder."
    )


@pytest.mark.parametrize(
    "name", ["../evil.txt", "a/../../evil.txt", "/evil.txt", "C:/evil.txt", "..\\evil.txt"]
)
def test_names_that_point_out_of_the_archive(tmp_path: Path, name: str) -> None:
    for pack in (as_zip, as_tar, as_packed_tar):
        assert "points out of the archive" in problem(
            pack(tmp_path, {"fine.txt": b"1", name: b"2"})
        )


def test_a_drive_s_name_in_a_seven_zip(tmp_path: Path) -> None:
    assert "points out of the archive" in problem(as_seven_zip(tmp_path, {"C:/evil.txt": b"2"}))


@pytest.mark.parametrize("name", ["../evil.txt", "a/../../b.txt", "/evil.txt", "..\\evil.txt"])
def test_names_in_a_seven_zip_that_point_out_of_it(tmp_path: Path, name: str) -> None:
    path, honest = tmp_path / "export.7z", "x" * len(name)
    with py7zr.SevenZipFile(path, "w") as archive:
        archive.set_encoded_header_mode(False)
        archive.writef(io.BytesIO(b"2"), honest)
    content = path.read_bytes()
    header = content[32:].replace(honest.encode("utf-16-le"), name.encode("utf-16-le"))
    start, size = struct.unpack("<QQ", content[12:28])
    sums = struct.pack("<QQI", start, size, zlib.crc32(header[start : start + size]))
    path.write_bytes(content[:8] + struct.pack("<I", zlib.crc32(sums)) + sums + header)
    assert "points out of the archive" in problem(path)
    assert sorted(tmp_path.parent.rglob("evil.txt")) == []


def test_backslashes_of_windows_are_folders(tmp_path: Path) -> None:
    with open_export(as_zip(tmp_path, {"dump\\Posts.xml": b"<posts/>"})) as export:
        assert export.names == ("dump/Posts.xml",)
        assert export.open("dump/Posts.xml").read() == b"<posts/>"


def test_a_link_in_a_zip(tmp_path: Path) -> None:
    path, link = tmp_path / "links.zip", zipfile.ZipInfo("passwd")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert "'links.zip' holds a link ('passwd')" in problem(path)


def test_a_link_in_a_seven_zip(tmp_path: Path) -> None:
    (tmp_path / "passwd").symlink_to("/etc/passwd")
    with py7zr.SevenZipFile(tmp_path / "links.7z", "w") as archive:
        archive.write(tmp_path / "passwd", "passwd")
    assert "'links.7z' holds a link ('passwd')" in problem(tmp_path / "links.7z")


def test_links_of_a_folder_count_only_inside_it(tmp_path: Path) -> None:
    folder = as_folder(tmp_path, {"a.txt": b"inside"})
    (tmp_path / "secret.txt").write_text("outside")
    (folder / "out.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "broken.txt").symlink_to(tmp_path / "nowhere")
    (folder / "all").symlink_to(tmp_path, target_is_directory=True)
    (folder / "in.txt").symlink_to(folder / "a.txt")
    with open_export(folder) as export:
        assert export.names == ("a.txt", "in.txt")


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE]
)
def test_a_link_or_a_device_in_a_tar(tmp_path: Path, kind: bytes) -> None:
    link = tarfile.TarInfo("passwd")
    link.type, link.linkname = kind, "/etc/passwd"
    with tarfile.open(tmp_path / "links.tar", "w") as archive:
        archive.addfile(link)
    assert "'links.tar' holds a link ('passwd')" in problem(tmp_path / "links.tar")


def test_a_tar_that_is_cut_between_two_files_or_damaged_in_a_name(tmp_path: Path) -> None:
    path = as_tar(tmp_path, {"one": b"1", "two": b"2", "three": b"3"})
    whole = path.read_bytes()
    for content in (
        whole[:600],
        whole[:1024],
        whole[:1100],
        whole[:1500],
        whole[:1024] + b"x" + whole[1025:],
    ):
        path.write_bytes(content)
        assert "'export.tar' is not a whole .tar archive" in problem(path)


@pytest.mark.parametrize("pack", [as_zip, as_seven_zip, as_packed_tar])
def test_a_bomb(
    tmp_path: Path, pack: Callable[[Path, dict[str, bytes]], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = pack(tmp_path, {"zeros": bytes(2_000_000)})
    with open_export(path) as export:
        assert export.size == 2_000_000
    assert list(tmp_path.iterdir()) == [path]
    monkeypatch.setattr(export_module, "RATIO_MATTERS_FROM", 1_000_000)
    assert "which no export does" in problem(path)


def test_an_archive_beyond_all_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = as_zip(tmp_path, {"noise": os.urandom(2_000)})
    monkeypatch.setattr(export_module, "LARGEST_ARCHIVE", 1_999)
    assert "which no export does" in problem(path)


def test_a_full_disk_is_told_before_unpacking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [as_seven_zip(tmp_path, FILES), as_packed_tar(tmp_path, FILES)]
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 100}))
    for path in paths:
        assert "Free some, or set TMPDIR" in problem(path)


def says_it_is_large(target: Path, size: int, method: int) -> Path:
    path = target / "export.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("Posts.xml", b"<posts>" * 2_000)
        archive.filelist[0].file_size = size
    return path


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_member_that_says_it_is_of_five_gigabytes(
    tmp_path: Path, method: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = says_it_is_large(tmp_path, 5 * 10**9, method)
    assert "says that it unpacks to 5 GB, which no export does" in problem(path)
    monkeypatch.setattr(export_module, "LARGEST_RATIO", 10**9)
    with open_export(path) as export:
        assert export.open("Posts.xml").read() == b"<posts>" * 2_000


def test_a_member_that_says_it_is_smaller_than_it_is(tmp_path: Path) -> None:
    path = says_it_is_large(tmp_path, 20, zipfile.ZIP_DEFLATED)
    assert "is damaged or cut short" in problem(path)


def test_a_file_that_is_cut_grows_or_goes_while_it_is_read(tmp_path: Path) -> None:
    folder = as_folder(
        tmp_path, dict.fromkeys(("cut", "grows", "goes", "is a folder now"), b"x" * 3000000)
    )
    with open_export(folder) as export:
        streams = {name: export.open(name) for name in ("cut", "grows", "goes")}
        for stream in streams.values():
            stream.read(10)
        os.truncate(folder / "cut", 1_500_000)
        with (folder / "grows").open("ab") as file:
            file.write(b"y" * 1_000)
        for name in ("goes", "is a folder now"):
            (folder / name).unlink()
        (folder / "is a folder now").mkdir()
        read = {name: len(stream.read()) + 10 for name, stream in streams.items()}
        assert read == {"cut": 1_500_000, "grows": 3_001_000, "goes": 3_000_000}
        with pytest.raises(CopError, match=r"'export: goes' cannot be read: No such file"):
            export.open("goes")
        with pytest.raises(
            CopError, match=r"'export: is a folder now' cannot be read: Is a directory"
        ):
            export.open("is a folder now")


@pytest.mark.parametrize("pack", [as_zip, as_seven_zip, as_tar])
def test_an_archive_that_is_cut_while_it_is_read(
    tmp_path: Path, pack: Callable[[Path, dict[str, bytes]], Path]
) -> None:
    path = pack(tmp_path, {"noise": os.urandom(5_000_000)})
    with open_export(path) as export:
        os.truncate(path, 2_000_000)
        with pytest.raises(CopError, match=r"cut short|not a whole"):
            export.open("noise").read()


def test_a_dump_that_is_cut_while_it_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = '<row Id="{}" PostTypeId="1" CreationDate="2024-01-01T09:00:00.000" />\n'
    posts = as_folder(tmp_path, {"Posts.xml": b""}) / "Posts.xml"
    posts.write_text("<posts>\n" + "".join(row.format(n) for n in range(60_000)) + "</posts>")
    monkeypatch.setattr(stack_exchange, "BATCH_ROWS", 1_000)
    monkeypatch.setattr(stack_exchange, "CHUNK", 10_000)
    with open_export(posts.parent) as export:
        batches = stack_exchange.SOURCE.batches(export, Reading())
        while len(next(batches).rows) == 0:
            pass
        os.truncate(posts, 3_500_000)
        with pytest.raises(CopError, match=r"Posts\.xml is cut short"):
            list(batches)
