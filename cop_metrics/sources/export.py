"""An export as people hand it over: a folder, one file or an archive, seen as named files that can
be streamed.

To accept another kind of archive: one more `Container` here, chosen in `_containers`.
"""

import errno
import gzip
import io
import lzma
import os
import re
import shutil
import stat
import struct
import tarfile
import tempfile
import unicodedata
import zipfile
import zlib
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import BinaryIO, NoReturn, cast
from urllib.parse import unquote

import py7zr
import py7zr.exceptions
import py7zr.io

from cop_metrics.errors import CopError, UnknownName

GIGABYTE = 10**9
LARGEST_ARCHIVE = 200 * GIGABYTE  # the posts of the largest public site unpack to about 100
LARGEST_RATIO = 200  # text packs 5 to 20 to one
RATIO_MATTERS_FROM = GIGABYTE

_BLOCK = 1 << 20
_TARS = (".tar", ".tar.gz", ".tgz")
MAY_BE_EMPTY = (".mbox", ".mbx")  # a mailbox without a mail has no byte
_JUNK = {"__MACOSX", "Thumbs.db", "desktop.ini"}
_ESCAPED = re.compile(
    r"\.[0-9A-F]{2}.*\.json", re.DOTALL
)  # zulip-archive: a topic that begins with an unusual sign
_WRITTEN_OUT = re.compile(r"#U([0-9a-fA-F]{4})|#L([0-9a-fA-F]{6})")
_OF_BOXES = re.compile("[\u2500-\u259f]")
_TAKEN_FOR = ("cp437", "cp850", "cp1252", "latin-1", "mac-roman")
_UNICODE_PATH = (
    0x7075  # the extra field in which packers keep a name in UTF-8 beside one that is not
)
_DAMAGE = (
    OSError,
    EOFError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    OverflowError,
    NotImplementedError,
    RuntimeError,
    MemoryError,
    struct.error,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    tarfile.TarError,
    py7zr.exceptions.ArchiveError,
)


class Container(ABC):
    """Files kept together: `names` maps the visible POSIX name of each to (its name inside, its
    size in bytes).
    """

    names: Mapping[str, tuple[str, int]]

    @abstractmethod
    def open(self, inside: str) -> BinaryIO:
        """Return a stream of the file's bytes; may raise any error of `_DAMAGE`."""

    def head(self, inside: str, n: int) -> bytes:
        """Return the first `n` bytes at most."""
        with self.open(inside) as stream:
            return stream.read(n)

    def unpack(self, inside: Iterable[str]) -> None:  # noqa: B027
        """Prepare these files for `open` in one go, where that is cheaper than one by one."""


class Export:
    """Named files of one export, streamed; `size` is their total in bytes, unpacked.

    `names` are sorted, relative, with `/`; hidden files and the litter of desktops are left out.
    Use `open_export`.
    """

    def __init__(
        self, path: Path, containers: list[tuple[str, Container]], on_bytes: Callable[[int], None]
    ) -> None:
        """Take containers, each with the prefix of its names; `on_bytes` is told of every few bytes
        that are read.
        """
        self.path = path
        self._on_bytes = on_bytes
        self._files = {
            prefix + new: (container, *container.names[name])
            for prefix, container in containers
            for name, new in _mended(container.names).items()
        }
        self.names: tuple[str, ...] = tuple(sorted(self._files))
        self.size: int = sum(size for _, _, size in self._files.values())

    def find(self, basename: str) -> str | None:
        """Return the name of the file called so, in any case and folder; the shallowest, then the
        first, if several.
        """
        wanted = basename.casefold()
        found = [name for name in self.names if PurePosixPath(name).name.casefold() == wanted]
        return min(found, key=lambda name: (name.count("/"), name), default=None)

    def open(self, name: str) -> BinaryIO:
        """Return a forward-only stream of the file; raises `CopError` here or on reading if it is
        damaged.
        """
        container, inside, _ = self._file(name)
        try:
            stream = _Stream(container.open(inside), self._place(name), self._on_bytes)
        except _DAMAGE as problem:
            _unreadable(self._place(name), problem)
        return cast(BinaryIO, io.BufferedReader(stream, _BLOCK))

    def whole(self, name: str, most: int) -> bytes | None:
        """Return all bytes of the file, None if they are more than `most`; for exports of many
        small files.

        Raises `CopError` if they cannot be read.
        """
        container, inside, size = self._file(name)
        try:
            with container.open(inside) as stream:
                content = stream.read(min(size, most) + 1)
                while len(content) <= most and (more := stream.read(_BLOCK)):
                    content += more
        except _DAMAGE as problem:
            _unreadable(self._place(name), problem)
        self._on_bytes(len(content))
        return content if len(content) <= most else None

    def head(self, name: str, n: int = 4096) -> bytes:
        """Return the first `n` bytes of the file, fewer if it is shorter; raises `CopError` if they
        cannot be read.
        """
        container, inside, _ = self._file(name)
        try:
            return container.head(inside, n)
        except _DAMAGE as problem:
            _unreadable(self._place(name), problem)

    def unpack(self, names: Iterable[str]) -> None:
        """Say which files will be opened, so that an archive that cannot be streamed is unpacked
        once; optional.
        """
        wanted: dict[Container, list[str]] = {}
        for name in names:
            container, inside, _ = self._file(name)
            wanted.setdefault(container, []).append(inside)
        for container, inside_names in wanted.items():
            try:
                container.unpack(inside_names)
            except _DAMAGE as problem:
                _unreadable(self.path.name, problem)

    def _file(self, name: str) -> tuple[Container, str, int]:
        if name not in self._files:
            raise UnknownName("file", name, self.names)
        return self._files[name]

    def _place(self, name: str) -> str:
        return name if name == self.path.name else f"{self.path.name}: {name}"


@contextmanager
def open_export(path: Path, on_bytes: Callable[[int], None] | None = None) -> Iterator[Export]:
    """Open a folder, a file or an archive; `on_bytes` is told how many bytes were read, as they are
    read.

    Raises `CopError` if there is nothing to read, or if an archive is damaged, encrypted, unsafe or
    far too large.
    """
    with ExitStack() as stack:
        export = Export(path, _containers(path, stack), on_bytes or _ignore)
        if not export.names:
            raise CopError(
                f"'{path.name}' holds no files. Give the folder, file or archive that was exported."
            )
        yield export


def _ignore(_: int) -> None:
    """Tell nobody."""


def _containers(path: Path, stack: ExitStack) -> list[tuple[str, Container]]:
    if path.is_dir():
        packed = sorted(
            file for file in path.iterdir() if _is_seven_zip(file) and not _is_hidden(file.name)
        )
        folder = _Folder(path, without={file.name for file in packed})
        return [("", folder), *((f"{file.stem}/", _seven_zip(file, stack)) for file in packed)]
    _refuse_missing(path)
    if path.suffix.lower() == ".zip":
        return [("", stack.enter_context(_Zip(path)))]
    if path.name.lower().endswith(_TARS):
        return [("", stack.enter_context(_Tar(path, _own_folder(stack))))]
    return [("", _seven_zip(path, stack) if _is_seven_zip(path) else _OneFile(path))]


def _is_seven_zip(path: Path) -> bool:
    return path.suffix.lower() == ".7z" and path.is_file()


def _seven_zip(path: Path, stack: ExitStack) -> Container:
    return _SevenZip(path, _own_folder(stack))


def _own_folder(stack: ExitStack) -> Path:
    return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cop-metrics-")))


def _refuse_missing(path: Path) -> None:
    if not path.exists():
        raise CopError(f"There is no file or folder '{path}'. Check the path.")
    if not path.is_file():
        raise CopError(
            f"'{path}' is neither a file nor a folder. Give the folder, file or archive that was exported."
        )
    if path.stat().st_size == 0 and path.suffix.lower() not in MAY_BE_EMPTY:
        raise CopError(f"'{path.name}' is empty (0 bytes). Export, copy or download it again.")


def _unreadable(place: str, problem: BaseException) -> NoReturn:
    """Say that a file cannot be read, and whether its disk or its content is to blame."""
    if isinstance(problem, PermissionError):
        raise CopError(
            f"'{place}' may not be read by this account. Change its permissions."
        ) from problem
    if isinstance(problem, OSError) and problem.errno:
        raise CopError(f"'{place}' cannot be read: {problem.strerror}.") from problem
    raise CopError(
        f"'{place}' is damaged or cut short. Export, copy or download it again."
    ) from problem


class _Stream(io.RawIOBase):
    """A stream that tells how far it is and words its errors."""

    def __init__(self, inner: BinaryIO, place: str, on_bytes: Callable[[int], None]) -> None:
        self._inner, self._place, self._on_bytes = inner, place, on_bytes

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        try:
            read = self._inner.read(len(buffer))
        except _DAMAGE as problem:
            _unreadable(self._place, problem)
        buffer[: len(read)] = read
        self._on_bytes(len(read))
        return len(read)

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
        super().close()


class _OneFile(Container):
    """A file by itself."""

    def __init__(self, path: Path) -> None:
        self.names = {path.name: (str(path), path.stat().st_size)}

    def open(self, inside: str) -> BinaryIO:
        return Path(inside).open("rb")


class _Folder(Container):
    """All regular files below a folder; links that lead out of it are not followed."""

    def __init__(self, path: Path, without: set[str]) -> None:
        self._path = path.resolve()
        self.names = {name: (name, size) for name, size in self._walk() if name not in without}

    def _walk(self) -> Iterator[tuple[str, int]]:
        for folder, folders, files in os.walk(self._path, onerror=self._refuse):
            folders[:] = [name for name in folders if not _is_hidden(name)]
            inside = Path(folder).relative_to(self._path).as_posix()
            prefix = "" if inside == "." else f"{inside}/"
            for name in files:
                size = None if _is_hidden(name) else self._size(f"{folder}/{name}")
                if size is not None:
                    yield prefix + name, size

    def _size(self, file: str) -> int | None:
        """Return the size of a regular file, also where a link leads to one that lies here; None
        for anything else.
        """
        status = os.lstat(file)
        if stat.S_ISREG(status.st_mode):
            return status.st_size
        path = Path(file)
        is_here = path.is_file() and path.resolve().is_relative_to(self._path)
        return path.stat().st_size if is_here else None

    @staticmethod
    def _refuse(problem: OSError) -> None:
        _unreadable(str(problem.filename), problem)

    def open(self, inside: str) -> BinaryIO:
        return cast(BinaryIO, Path(self._path, inside).open("rb", buffering=0))


def _is_hidden(name: str) -> bool:
    return any(
        part in _JUNK or (part.startswith(".") and not _ESCAPED.fullmatch(part))
        for part in name.split("/")
    )


def _safe(archive: Path, inside: str) -> str:
    """Return a member's name with `/` and without `.`; raises `CopError` if it points out of the
    archive.
    """
    name = inside.replace("\\", "/")
    parts = name.split("/")
    if name.startswith("/") or ".." in parts or re.match(r"[A-Za-z]:", name):
        raise CopError(
            f"'{archive.name}' holds a file named '{inside[:100]}', which points out of the archive. "
            "It was not opened; unpack it yourself if you trust it, and give the folder."
        )
    return "/".join(part for part in parts if part not in ("", "."))


def _refuse_links(archive: Path, links: list[str]) -> None:
    if links:
        raise CopError(
            f"'{archive.name}' holds a link ('{links[0][:100]}') instead of a file. "
            "Pack the files themselves, or give the folder."
        )


def _refuse_encrypted(archive: Path) -> NoReturn:
    raise CopError(
        f"'{archive.name}' is encrypted. Unpack it with its password, and give the folder."
    )


def _visible(archive: Path, files: Iterable[tuple[str, str, int]]) -> dict[str, tuple[str, int]]:
    """Return an archive's files, given as name, name inside and size; raises `CopError` if they are
    unsafe or too large.
    """
    names = {_safe(archive, name): (inside, size) for name, inside, size in files}
    _refuse_too_large(archive, sum(size for _, size in names.values()))
    return {name: place for name, place in names.items() if not _is_hidden(name)}


# Names


def _mended(names: Iterable[str]) -> dict[str, str]:
    """Return each file's name as it was before somebody's unpacker spelled it its own way; in doubt
    as it is.
    """
    spelled = {name: mended(name) for name in names}
    times = Counter(spelled.values())
    return {name: new if times[new] == 1 else name for name, new in spelled.items()}


def mended(name: str) -> str:
    """Return a name in which what an unpacker made of letters other than ASCII is undone, where
    that is sure.

    `#U00fc` stands for a letter; and UTF-8 that was taken for the letters of DOS is UTF-8 again, as
    nobody writes those.
    """
    written_out = _WRITTEN_OUT.sub(_written_out, name)
    dos = _taken_for(written_out, "cp437") or (
        _taken_for(written_out, "cp850") if _OF_BOXES.search(written_out) else None
    )
    return dos or written_out


def readings(name: str) -> set[str]:
    """Return what a name may have been before it was unpacked, itself among it, to be compared with
    names that are known.
    """
    once = mended(unquote(name))
    each = {name, once, *(read for encoding in _TAKEN_FOR if (read := _taken_for(once, encoding)))}
    return {unicodedata.normalize("NFC", reading) for reading in each}


def _taken_for(name: str, encoding: str) -> str | None:
    """Return the UTF-8 that was read in another encoding and gave this name, None where it cannot
    be that.
    """
    if name.isascii():
        return None
    try:
        return name.encode(encoding).decode("utf-8")
    except UnicodeError:
        return None


def _written_out(found: re.Match[str]) -> str:
    sign = int(found[1] or found[2], 16)
    is_letter = 0x80 <= sign < 0x110000 and not 0xD800 <= sign < 0xE000
    return chr(sign) if is_letter else found[0]


def _refuse_too_large(archive: Path, total: int) -> None:
    packed = archive.stat().st_size
    if total > LARGEST_ARCHIVE or (total > RATIO_MATTERS_FROM and total > LARGEST_RATIO * packed):
        raise CopError(
            f"'{archive.name}' ({packed / GIGABYTE:.1f} GB) says that it unpacks to {total / GIGABYTE:,.0f} GB, "
            "which no export does. If it is right, unpack it yourself and give the folder."
        )


def _refuse_full_disk(archive: Path, folder: Path, needed: int) -> None:
    if needed > shutil.disk_usage(folder).free:
        raise CopError(
            f"'{archive.name}' needs {needed / GIGABYTE:.1f} GB to be unpacked, and {tempfile.gettempdir()} has "
            "less. Free some, or set TMPDIR to a folder on a larger disk."
        )


def _not_whole(archive: Path, problem: BaseException) -> NoReturn:
    kind = next(
        (tar for tar in _TARS if archive.name.lower().endswith(tar)), archive.suffix.lower()
    )
    raise CopError(
        f"'{archive.name}' is not a whole {kind} archive: it is damaged or cut short. Copy or download it again."
    ) from problem


class _Zip(Container):
    """A .zip, streamed."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except _DAMAGE as problem:
            _not_whole(path, problem)
        try:
            self.names = self._checked(path)
        except CopError:
            self._zip.close()
            raise

    def _checked(self, path: Path) -> dict[str, tuple[str, int]]:
        files = [file for file in self._zip.infolist() if not file.is_dir()]
        _refuse_links(
            path, [file.filename for file in files if stat.S_ISLNK(file.external_attr >> 16)]
        )
        if any(file.flag_bits & 1 for file in files):
            _refuse_encrypted(path)
        self._members = dict(zip(map(str, range(len(files))), files, strict=True))
        return _visible(
            path, ((_name_in_zip(file), key, file.file_size) for key, file in self._members.items())
        )

    def __enter__(self) -> "_Zip":
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def open(self, inside: str) -> BinaryIO:
        return cast(BinaryIO, self._zip.open(self._members[inside]))


def _name_in_zip(file: zipfile.ZipInfo) -> str:
    """Return the name of a file in a .zip, which may be UTF-8 without saying so."""
    if file.flag_bits & 0x800:
        return file.filename
    packed = file.orig_filename.encode("cp437", "replace")
    beside = _unicode_path(file.extra, packed)
    try:
        return (beside or packed).decode("utf-8").partition("\0")[0]
    except UnicodeDecodeError:
        return file.filename


def _unicode_path(extra: bytes, packed: bytes) -> bytes | None:
    """Return the name in UTF-8 that stands beside a packed one, if it was written for that one."""
    while len(extra) >= 4:
        kind, size = struct.unpack("<HH", extra[:4])
        field, extra = extra[4 : 4 + size], extra[4 + size :]
        if (
            kind == _UNICODE_PATH
            and field[:1] == b"\1"
            and field[1:5] == struct.pack("<L", zlib.crc32(packed))
        ):
            return field[5:]
    return None


class _Tar(Container):
    """A .tar, read from the middle; a packed one is first unpacked into a folder of ours, since it
    cannot be.
    """

    def __init__(self, path: Path, folder: Path) -> None:
        try:
            plain = (
                path if path.suffix.lower() == ".tar" else _unpacked(path, folder / "export.tar")
            )
            self._tar = tarfile.open(plain, "r:")  # noqa: SIM115
        except _DAMAGE as problem:
            if isinstance(problem, OSError) and problem.errno == errno.ENOSPC:
                _unreadable(path.name, problem)
            _not_whole(path, problem)
        try:
            self.names = self._checked(path)
        except BaseException:
            self._tar.close()
            raise

    def _checked(self, path: Path) -> dict[str, tuple[str, int]]:
        try:
            members = [member for member in self._tar.getmembers() if not member.isdir()]
            self._check_end()
        except _DAMAGE as problem:
            _not_whole(path, problem)
        _refuse_links(path, [member.name for member in members if not member.isreg()])
        return _visible(path, ((member.name, member.name, member.size) for member in members))

    def _check_end(self) -> None:
        """Make sure that the list of members ends where the archive does: to `tarfile` damage in it
        is an end, too.
        """
        assert self._tar.fileobj
        self._tar.fileobj.seek(self._tar.offset)
        if self._tar.fileobj.read(tarfile.BLOCKSIZE) != bytes(tarfile.BLOCKSIZE):
            raise tarfile.ReadError("no end")

    def __enter__(self) -> "_Tar":
        return self

    def __exit__(self, *_: object) -> None:
        self._tar.close()

    def open(self, inside: str) -> BinaryIO:
        return cast(BinaryIO, self._tar.extractfile(inside))


def _unpacked(path: Path, target: Path) -> Path:
    """Write what a .gz holds to `target`; raises `CopError` if that is far too much, or does not
    fit the disk.
    """
    written = 0
    with gzip.open(path) as packed, target.open("wb") as plain:
        while block := packed.read(_BLOCK):
            written += plain.write(block)
            _refuse_too_large(path, written)
            _refuse_full_disk(path, target.parent, len(block))
    return target


class _SevenZip(Container):
    """A .7z: a file in it cannot be streamed, so what is opened is unpacked once into a folder of
    ours.
    """

    def __init__(self, path: Path, folder: Path) -> None:
        self._path, self._folder = path, folder
        self._unpacked: dict[str, Path] = {}
        self._heads: dict[tuple[str, int], bytes] = {}
        try:
            with py7zr.SevenZipFile(path) as archive:
                locked, members = archive.needs_password(), archive.list()
        except py7zr.exceptions.PasswordRequired:
            _refuse_encrypted(path)
        except _DAMAGE as problem:
            _not_whole(path, problem)
        if locked:
            _refuse_encrypted(path)
        files = [member for member in members if not member.is_directory]
        _refuse_links(path, [file.filename for file in files if not file.is_file])
        self.names = _visible(
            path, ((file.filename, file.filename, int(file.uncompressed)) for file in files)
        )

    def open(self, inside: str) -> BinaryIO:
        self.unpack([inside])
        return self._unpacked[inside].open("rb")

    def head(self, inside: str, n: int) -> bytes:
        if inside in self._unpacked:
            return super().head(inside, n)
        if (inside, n) not in self._heads:
            start = _Start(n)
            with suppress(_Enough):
                self._extract({inside: start})
            self._heads[inside, n] = bytes(start.kept)
        return self._heads[inside, n]

    def unpack(self, inside: Iterable[str]) -> None:
        missing = sorted(set(inside) - set(self._unpacked))
        if not missing:
            return
        needed = sum(size for name, size in self.names.values() if name in set(missing))
        _refuse_full_disk(self._path, self._folder, needed)
        wanted = {
            name: self._folder / str(n) for n, name in enumerate(missing, len(self._unpacked))
        }
        for target in wanted.values():
            target.write_bytes(b"")
        self._extract({name: _ToFile(target) for name, target in wanted.items()})
        self._unpacked.update(wanted)

    def _extract(self, sinks: Mapping[str, py7zr.io.Py7zIO]) -> None:
        # An open file, not a path: given a path, py7zr unpacks in threads, which a sink cannot
        # stop.
        with self._path.open("rb") as packed, py7zr.SevenZipFile(packed) as archive:
            archive.extract(targets=list(sinks), factory=_Sinks(sinks))


class _Enough(Exception):  # noqa: N818
    """The head of a file is complete."""


class _Sink(py7zr.io.Py7zIO):
    """Takes the bytes of one file of a .7z and forgets them."""

    taken = 0

    def write(self, s: bytes | bytearray) -> int:
        self.taken += len(s)
        return len(s)

    def read(self, size: int | None = None) -> bytes:
        return b""

    def seek(self, offset: int, whence: int = 0) -> int:
        return 0

    def flush(self) -> None:
        """Nothing is held back."""

    def size(self) -> int:
        return self.taken


class _Start(_Sink):
    """Keeps the first `n` bytes, then stops the unpacking."""

    def __init__(self, n: int) -> None:
        self.kept, self._n = bytearray(), n

    def write(self, s: bytes | bytearray) -> int:
        self.kept += s[: self._n - len(self.kept)]
        if len(self.kept) >= self._n:
            raise _Enough
        return super().write(s)


class _ToFile(_Sink):
    """Appends the bytes to a file."""

    def __init__(self, target: Path) -> None:
        self._target = target

    def write(self, s: bytes | bytearray) -> int:
        with self._target.open("ab") as file:
            file.write(s)
        return super().write(s)


class _Sinks(py7zr.WriterFactory):
    """Gives py7zr our sinks by name."""

    def __init__(self, sinks: Mapping[str, py7zr.io.Py7zIO]) -> None:
        self._sinks = {PurePosixPath(name).as_posix(): sink for name, sink in sinks.items()}

    def create(self, filename: str) -> py7zr.io.Py7zIO:
        return self._sinks.get(PurePosixPath(filename).as_posix(), _Sink())
