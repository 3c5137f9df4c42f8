"""Names, titles, topics, teams and links that an attacker wrote are shown as the text that they are, on every page and report."""

import csv
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from cop_metrics.build.intake import Request, take_in
from cop_metrics.cli import main as cli
from cop_metrics.show.pagebook import PAGES
from cop_metrics.show.reports import FORMATS
from cop_metrics.store import Store

pytest.importorskip("streamlit")
import openpyxl
from test_pages import EVERY, alerts, as_it_stands, visit

COMMUNITY = "O'Brien & $x^2$ _sloped_ '; drop table members; --"
HOSTILE = (
    "<script>window.hit=1</script>",
    "<img src=https://evil.example/i.png onerror=window.hit=2>",
    "<a href=https://evil.example/a>a</a>",
    "![image](https://evil.example/m.png)",
    "[link](javascript:window.hit=3)",
    ":red[coloured] :material/home: $x^2$",
    '=HYPERLINK("https://evil.example/f")',
    "@SUM(A1)",
    "+1+1",
    "-2+3",
    "'; drop table members; --",
    '" or 1=1 --',
    "\u202egnp.exe \u2066bidi",
    "control \x1b[31m \x07 red",
    "</style><style>*{display:none}</style>",
    "x" * 5_000,
)
LINKS = (
    "javascript:window.hit=4",
    "data:text/html,<script>window.hit=5</script>",
    "https://forum.example/1",
    "//evil.example",
)
ACTIVE = {"script", "iframe", "object", "embed", "form", "input", "link", "meta", "base", "svg"}


class Acts(HTMLParser):
    """Notes what of a piece of HTML would act: elements, handlers and addresses that are not the pages' own."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag in ACTIVE:
            self.found.append(tag)
        for name, value in attributes:
            address = (value or "").strip().lower()
            is_foreign = name in ("src", "href") and not address.startswith(
                ("data:image/svg+xml;base64,", "?", "#")
            )
            if name.startswith("on") or is_foreign:
                self.found.append(f"{tag} {name}={value}")


@pytest.fixture(scope="session")
def hostile_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder of a community in which all that can be text is hostile; nobody may write to it."""
    folder = tmp_path_factory.mktemp("hostile")
    with (folder / "posts.csv").open("w", newline="", encoding="utf-8") as file:
        posts = csv.writer(file)
        posts.writerow(
            [
                "post_id",
                "thread_id",
                "kind",
                "author_name",
                "created_at",
                "title",
                "topics",
                "channel",
                "url",
            ]
        )
        for number in range(160):
            who, other = HOSTILE[number % len(HOSTILE)], HOSTILE[(number * 7 + 3) % len(HOSTILE)]
            day, title = (
                f"2026-{1 + number // 28:02d}-{1 + number % 28:02d}",
                HOSTILE[number * 5 % len(HOSTILE)],
            )
            topic = title.replace(";", " ").replace(",", " ")[:200]
            posts.writerow(
                [
                    f"q{number}",
                    number,
                    "question",
                    who,
                    f"{day} 09:00",
                    title,
                    topic,
                    other[:200],
                    LINKS[number % 4],
                ]
            )
            if number % 3:
                posts.writerow(
                    [f"a{number}", number, "answer", other, f"{day} 11:00", "", "", "", ""]
                )
    with (folder / "roster.csv").open("w", newline="", encoding="utf-8") as file:
        roster = csv.writer(file)
        roster.writerow(["who", "team", "seniority", "from", "to"])
        for number, who in enumerate(HOSTILE):
            roster.writerow([who, HOSTILE[number % 5], ("junior", "senior")[number % 2], "", ""])
    data = folder / "data"
    data.mkdir()
    (data / "settings.toml").write_text(
        "individual_scores = true\nsmall_group = 3\n", encoding="utf-8"
    )
    take_in(
        data, Request(path=folder / "posts.csv", community=COMMUNITY, roster=folder / "roster.csv")
    )
    return data


@pytest.fixture
def hostile(hostile_data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COP_DATA", str(hostile_data))
    return hostile_data


def test_the_community_holds_what_was_written(hostile: Path) -> None:
    """So that the tests below can fail: names, teams, titles and links are in the store as they were written."""
    cursor = Store(hostile).snapshot().cursor
    names = {name for (name,) in cursor.sql("select name from members").fetchall()}
    assert {HOSTILE[0], HOSTILE[2], HOSTILE[10]} <= names
    assert HOSTILE[0] in {team for (team,) in cursor.sql("select team from memberships").fetchall()}
    assert HOSTILE[1] in {
        title for (title,) in cursor.sql("select title from questions").fetchall()
    }


@pytest.mark.parametrize("page", EVERY)
def test_no_text_acts_on_a_page(hostile: Path, page: str) -> None:
    app = visit(page, community=COMMUNITY, period="2026-01-01..2026-12-31")
    assert not app.exception
    assert not [each for each in alerts(app) if "could not be shown" in each]
    acts = Acts()
    acts.feed(as_it_stands(app))
    assert acts.found == []
    for each in (*app.markdown, *app.info, *app.warning, *app.error, *app.success):
        assert not re.search(r"(?<!\\)\[[^\]]*\]\(", each.value), each.value
        assert not re.search(r"(?<!\\):[a-z-]+\[", each.value), each.value
    for chart in app.get("plotly_chart"):
        assert not re.search(
            r"<\s*(a|script|img|style|span)\b", json.loads(json.dumps(chart.proto.spec))
        ), page
    for frame in app.dataframe:
        if "Link" in frame.value.columns:
            assert {value for value in frame.value["Link"] if value} <= {LINKS[2]}


@pytest.mark.parametrize("chosen", ["team", "topic", "member", "community", "seniority"])
@pytest.mark.parametrize("text", [HOSTILE[0], HOSTILE[3], HOSTILE[4], HOSTILE[10]])
def test_no_text_of_an_address_acts(hostile: Path, chosen: str, text: str) -> None:
    page = "record" if chosen == "member" else "answers"
    app = visit(page, **{"community": COMMUNITY, chosen: f"{text} "})
    assert not app.exception
    acts = Acts()
    acts.feed(as_it_stands(app))
    assert acts.found == []
    for each in (*app.error, *app.warning, *app.info):
        assert not re.search(r"(?<!\\)\[[^\]]*\]\(", each.value), each.value


@pytest.mark.parametrize("format_", FORMATS)
def test_no_text_acts_in_a_report(hostile: Path, format_: str, tmp_path: Path) -> None:
    file = tmp_path / f"report{FORMATS[format_].suffix}"
    assert (
        cli.main(["--data", str(hostile), "report", "-o", str(file), "--community", COMMUNITY]) == 0
    )
    if format_ == "csv":
        cells = [
            cell for row in csv.reader(file.open(newline="", encoding="utf-8-sig")) for cell in row
        ]
        assert any(HOSTILE[0] in cell for cell in cells)
        assert not [
            cell for cell in cells if re.match(r"[=@\t\r]|[+-](?![\d.∞])|[+-]\d+[+-]", cell)
        ]
    if format_ == "xlsx":
        cells = list(_cells(file))
        assert any(cell.value == HOSTILE[6] for cell in cells)
        assert not [
            cell.value for cell in cells if cell.data_type == "f" and "evil" in str(cell.value)
        ]
        assert {
            cell.hyperlink.target for cell in cells if cell.hyperlink and cell.hyperlink.target
        } <= {LINKS[2]}


def _cells(file: Path) -> Iterator["openpyxl.cell.Cell"]:
    for sheet in openpyxl.load_workbook(file):
        for row in sheet.iter_rows():
            yield from row


def test_no_text_acts_on_a_terminal(hostile: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What another wrote moves no cursor and turns no line around."""
    for argv in (
        ("aliases",),
        ("show", "questions", "--by", "topic"),
        ("show", "members_known"),
        ("communities",),
    ):
        capsys.readouterr()
        assert cli.main(["--data", str(hostile), *argv]) == 0
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\x9b]", capsys.readouterr().out)


def test_every_page_of_measured_numbers_is_walked() -> None:
    assert set(PAGES) < set(EVERY)
