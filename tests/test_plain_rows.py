"""The fast reader of Stack Exchange's rows against the strict parser: the same rows, and the same sentences.

But for this: it does not look at values that nobody asked for, so damage in one of them is no reason to refuse a dump.
"""

import io
import re
from pathlib import Path

import polars as pl
import pytest
from exports import shared
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cop_metrics.errors import CopError
from cop_metrics.sources import stack_exchange
from cop_metrics.sources.plain_rows import CHARACTERS, plain_rows
from cop_metrics.sources.stack_exchange import ATTRIBUTES, COMMENTS, POSTS, USERS, VOTES

WANTED = ATTRIBUTES[POSTS]
PLAIN = '\n  <row Id="1" PostTypeId="1" Title="a &lt;b&gt; &amp;amp; &quot;c&quot;&#xA;é 🎉" Body="&#39;x&#xD;" />'
Outcome = tuple[pl.DataFrame, str]


def outcome(
    content: bytes, file: str, *, fast: bool, chunk: int = 1 << 20, longest: int = 1 << 24
) -> Outcome:
    """Return all rows read before the end or the refusal, and the refusal's sentence."""
    frames: list[pl.DataFrame] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stack_exchange, "CHUNK", chunk)
        patch.setattr(stack_exchange, "LONGEST_ROW", longest)
        if not fast:
            patch.setattr(stack_exchange, "_start_of_rows", lambda *_: 0)
        try:
            frames.extend(stack_exchange._parsed(io.BytesIO(content), file))
        except CopError as problem:
            return pl.DataFrame(), str(problem)
    return pl.concat(frames), ""


def check(content: bytes, file: str = POSTS, chunk: int = 1 << 20, longest: int = 1 << 24) -> None:
    strict = outcome(content, file, fast=False, chunk=chunk, longest=longest)
    quick = outcome(content, file, fast=True, chunk=chunk, longest=longest)
    if strict[1] and strict[1] != quick[1]:
        blank = without_unread_values(content, file)
        strict = outcome(blank, file, fast=False, longest=longest)
        if quick[1]:  # the parser went on alone, from before or after the damage
            assert strict[1] or blank != content
            return
    assert quick[1] == strict[1]
    assert quick[0].equals(strict[0])
    assert quick[0].schema == strict[0].schema


def without_unread_values(content: bytes, file: str) -> bytes:
    unread = rf' (?!(?:{"|".join(ATTRIBUTES[file])})=)([A-Za-z]+)="[^"]*"'
    return re.sub(unread.encode(), rb' \1=""', content)


def taken(piece: str | bytes) -> pl.DataFrame | None:
    found = plain_rows(piece if isinstance(piece, bytes) else piece.encode(), WANTED)
    return None if found is None else found.rows


def test_plain_rows_are_taken_with_their_signs() -> None:
    rows = taken(PLAIN + '\r\n<row Id="" Tags="x"/>')
    assert rows is not None
    assert rows.select("Id", "PostTypeId", "Title", "Tags").rows() == [
        ("1", "1", 'a <b> &amp; "c"\né 🎉', None),
        ("", None, None, "x"),
    ]


@pytest.mark.parametrize(
    "change",
    [
        ("Id=", "Id ="),
        ('"1"', "'1'"),
        ('Id="1"', 'Id="1" Id="2"'),
        ('Id="1"', 'Id="1"\n'),
        ('Id="1"', 'Id="1"  Score="2"'),
        ("&lt;", "&nbsp;"),
        ("&lt;", "&#8217;"),
        ("&lt;", "& lt;"),
        ("&quot;", "&quotx"),
        ("&lt;", "<"),
        ("&lt;", "\n"),
        ("&lt;", "\t"),
        ("&lt;", "\0"),
        ("&lt;", "\ufffe"),
        ("&lt;", "\uffff"),
        ("&lt;", '"'),
        ("<row", "<rows"),
        ("<row", "<!-- --><row"),
        ("<row", "<![CDATA[x]]><row"),
        ("<row", "<?x?><row"),
        ("<row", "x<row"),
        ("/>", "></row>"),
        ("/>", ">"),
        ("/>", "/> x"),
        ("/>", "/><row/>"),
        ("Body", "Longer" * 8),
        ("Body", "Bödy"),
        ("Body", "xml:id"),
    ],
    ids=str,
)
def test_what_is_not_plain_is_left_to_the_parser(change: tuple[str, str]) -> None:
    assert taken(PLAIN) is not None
    for piece in (PLAIN.replace(*change) + PLAIN, PLAIN + PLAIN.replace(*change)):
        assert taken(piece) is None
        check(f"<posts>{piece}</posts>".encode())


@pytest.mark.parametrize(
    "sign", [b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80"]
)
def test_what_is_no_text_is_left_to_the_parser(sign: bytes) -> None:
    piece = PLAIN.encode().replace(b"Title", b'Tags="' + sign + b'" Title')
    assert taken(piece) is None
    check(b"<posts>" + piece + b"</posts>")


@pytest.mark.parametrize(
    "value",
    [b"<", b"&", b"&nbsp;", b"&#8217;", b"\n", b"\0", b"\xff", b"\xef\xbf\xbf", b"/> <row "],
)
def test_what_nobody_asked_for_is_not_looked_at(value: bytes) -> None:
    piece = PLAIN.encode().replace(b"&#39;x", value)
    assert taken(piece) is not None
    check(b"<posts>" + piece * 3 + b"</posts>")


def test_nothing_is_not_plain() -> None:
    assert taken("") is None
    assert taken("\n") is None
    assert taken("<row />") is None


@pytest.mark.parametrize("entity", CHARACTERS)
def test_each_entity_means_what_the_parser_says(entity: str) -> None:
    piece = f'<row Id="{entity}" Title="&amp;{entity[1:]}{entity}" />'
    assert taken(piece) is not None
    check(f"<posts>{piece * 3}</posts>".encode())


ROOTS = st.sampled_from(
    [
        "<posts>",
        '\ufeff<?xml version="1.0" encoding="utf-8"?>\r\n<posts>',
        "<?xml version='1.0'?><posts>",
        "<users>",
        "",
        '<?xml version="1.0" encoding="latin-1"?><posts>',
        "<!DOCTYPE posts><posts>",
        '<posts xmlns="x">',
        "<posts>x",
        '<!DOCTYPE posts [<!ENTITY x "y">]><posts>',
        '<!DOCTYPE posts [<!ATTLIST row Title CDATA "z">]><posts>',
    ]
)
NAMES = st.sampled_from(
    [
        "Id",
        "Title",
        "Tags",
        "Body",
        "PostTypeId",
        "OwnerDisplayName",
        "Id=",
        "é",
        "LastEditorUserIdX",
    ]
)
VALUES = st.lists(
    st.sampled_from([*CHARACTERS, "1", "é", "🎉", "\uff5e", " Id=", "/>", ">", "=", "'", "x" * 40])
    | st.sampled_from(
        ["&x;", "&#65;", "<", "\n", "\r", "\t", "\ufffe", "\x7f", "\x85", "\x01", '"', "&", "]]>"]
    ),
    max_size=4,
).map("".join)
CLEAN = st.lists(
    st.sampled_from([*CHARACTERS, "1", "é", "\uff5e", " Id=", "/>", "="]), max_size=4
).map("".join)


def row(attributes: list[tuple[str, str]], start: str, end: str) -> str:
    return f"{start}<row {' '.join(f'{name}={chr(34)}{value}{chr(34)}' for name, value in attributes)}{end}"


PLAIN_ROW = st.builds(
    row,
    st.lists(
        st.tuples(st.sampled_from(["Id", "Title", "Tags", "Body"]), CLEAN),
        min_size=1,
        unique_by=lambda x: x[0],
    ),
    st.sampled_from(["\n  ", "\r\n", ""]),
    st.sampled_from([" />", "/>"]),
)
ODD_ROW = st.builds(
    row,
    st.lists(st.tuples(NAMES, VALUES), max_size=4),
    st.sampled_from(
        [
            "\n",
            "\r",
            "\t",
            "<!-- /> -->",
            "<![CDATA[ /> ]]>",
            "<!-- ",
            "<x/>",
            "</posts>",
            "<posts>",
            "<row>",
        ]
    ),
    st.sampled_from([" />", "/>", "></row>", ">", "\n/>", "", " -->"]),
)
BODIES = st.lists(PLAIN_ROW | PLAIN_ROW | PLAIN_ROW | ODD_ROW, max_size=12).map("".join)
CONTENTS = st.builds(
    lambda root, body, end: (root + body + end).encode("utf-8", "surrogatepass"),
    st.just("<posts>") | ROOTS,
    st.lists(PLAIN_ROW, max_size=12).map("".join) | BODIES,
    st.sampled_from(["</posts>", "\n</posts>\n", "", "</posts><x>", "</users>", "\0"]),
)
CHUNKS = st.sampled_from([9, 40, 100, 300, 1 << 20])


@settings(max_examples=600)
@given(content=CONTENTS, chunk=CHUNKS, longest=st.sampled_from([60, 150, 1 << 24]))
@example(
    content=b"<posts>" + PLAIN.encode() * 3 + b"<!-- " + PLAIN.encode(), chunk=40, longest=1 << 24
)
def test_rows_and_sentences_are_those_of_the_parser(
    content: bytes, chunk: int, longest: int
) -> None:
    check(content, chunk=chunk, longest=longest)


@settings(max_examples=400)
@given(
    content=CONTENTS,
    chunk=CHUNKS,
    places=st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 255), st.booleans()), min_size=1, max_size=3
    ),
)
def test_damaged_bytes_read_as_the_parser_reads_them(
    content: bytes, chunk: int, places: list[tuple[float, int, bool]]
) -> None:
    damaged = bytearray(content)
    for share, byte, is_cut in places:
        at = int(share * len(damaged))
        damaged[at : at + (5 if is_cut else 1)] = b"" if is_cut else bytes([byte])
    check(bytes(damaged), chunk=chunk)


@pytest.mark.parametrize("chunk", [5_000, 1 << 20])
@pytest.mark.parametrize("file", [POSTS, USERS, VOTES, COMMENTS])
@pytest.mark.parametrize("site", ["stackexchange-ai", "stackexchange-conlang-meta"])
def test_real_dumps_read_as_the_parser_reads_them(site: str, file: str, chunk: int) -> None:
    check((shared(site) / file).read_bytes(), file, chunk)


@pytest.mark.parametrize("site", ["stackexchange-ai", "stackexchange-conlang-meta"])
def test_real_dumps_are_plain(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stack_exchange, "_of_a_piece", None)
    content = (shared(site) / POSTS).read_bytes()
    last = content.rfind(b"/>") + 2
    found = plain_rows(content[content.index(b"<row") : last], WANTED)
    assert found is not None
    assert len(found.rows) == content.count(b"<row ")


def test_one_odd_row_does_not_make_the_rest_slow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pieces: list[int] = []
    monkeypatch.setattr(stack_exchange, "CHUNK", 1_000)
    whole = stack_exchange.plain_rows
    monkeypatch.setattr(
        stack_exchange,
        "plain_rows",
        lambda piece, wanted: (pieces.append(len(piece)), whole(piece, wanted))[1],
    )
    odd = PLAIN.replace("Title", 'Tags="&#8217;" Title')
    content = f"<posts>{PLAIN * 30}{odd}{PLAIN * 300}\n</posts>".encode()
    assert len(outcome(content, POSTS, fast=True, chunk=1_000)[0]) == 331
    assert sum(pieces) > len(content) - 1_000
    check(content, chunk=1_000)
