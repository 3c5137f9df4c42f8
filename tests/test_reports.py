"""Reports: every number of every page stands in every format, as it was measured, and opens in a real reader of it."""

import io
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from cop_metrics.access.catalogue import read_catalogue
from cop_metrics.errors import CopError, UnknownName
from cop_metrics.measure.changes import scan
from cop_metrics.metrics import EXHIBITS
from cop_metrics.show.charts.look import LIGHT
from cop_metrics.show.charts.stacks import outcomes
from cop_metrics.show.pagebook import PAGES
from cop_metrics.show.reports import FORMATS, contents, write_report
from cop_metrics.show.reports.cells import DAY, MONTH, distinct, new_book, widths
from cop_metrics.show.reports.layouts import layouts
from cop_metrics.show.shown import as_csv, as_json, as_table, measured
from cop_metrics.show.view import PageView, Viewer
from tests.communities import Community, Told, days_later

FORMULA, CALL, NOT_A_WEB_ADDRESS = "=1+1", "@SUM(A1)", "javascript:alert(1)"
NOW = "2026-02-01..2026-02-28"


def craft() -> Community:
    """Return two months: every day Ann asks; in February Bob answers every question, in January every second one."""
    community = Community()
    for name, team, seniority in (
        ("Ann", "Red", "junior"),
        ("Bob", FORMULA, "senior"),
        (CALL, "Red", "mid"),
    ):
        community.works(community.member(name, joined="2025-12-01 09:00"), team, seniority)
    for number in range(59):
        day = days_later("2026-01-01", number)
        link = NOT_A_WEB_ADDRESS if number == 58 else f"https://craft.example/{number}"
        question = community.ask(
            "Ann",
            f"{day} 09:00",
            topics=("wood", "=glue")[: 1 + number % 2],
            url=link,
            title=FORMULA,
        )
        if number >= 31 or number % 2:
            answer = community.answer(question, "Bob", f"{day} 12:00")
            community.react(answer, "Ann", f"{day} 13:00")
        community.read(question, CALL, day)
    community.ask(CALL, "2026-03-30 09:00")
    return community


@dataclass(frozen=True, kw_only=True)
class Library:
    """A community as measured, and its pages for any filters."""

    told: Told

    def views(self, *, names: bool = True, **filters: str) -> list[PageView]:
        viewer = Viewer(
            version=7, cursor=self.told.cursor, catalogue=read_catalogue(self.told.cursor)
        )
        scope = self.told.scope(names=names, **filters)
        measurer = self.told.measurer
        scanned = scan(measurer, scope)
        return [viewer.page(page, scope, lambda *_: scanned, measurer) for page in PAGES.values()]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return Library(
        told=craft().tell(
            tmp_path_factory.mktemp("craft"), since="2025-12-01 00:00", until="2026-04-01 00:00"
        )
    )


@pytest.fixture(scope="module")
def views(library: Library) -> list[PageView]:
    return library.views(period=NOW)


@pytest.fixture(scope="module")
def files(views: list[PageView]) -> dict[str, bytes]:
    return {each.id: each.write(views) for each in FORMATS.values()}


@pytest.fixture(scope="module")
def book(files: dict[str, bytes]) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(files["xlsx"]))


@pytest.fixture(scope="module")
def long(files: dict[str, bytes]) -> pl.DataFrame:
    return pl.read_parquet(files["parquet"])


def numbers_of(id_: str, report: bytes) -> dict[tuple[str, str], dict[str, object]]:
    """Read the numbers back as anyone would, by page and id."""
    if id_ == "xlsx":
        rows = list(
            openpyxl.load_workbook(io.BytesIO(report))["Numbers"].iter_rows(values_only=True)
        )
        named = [
            dict(zip((str(title).lower() for title in rows[0]), row, strict=True))
            for row in rows[1:]
        ]
        return {(str(row["page"]), str(row["id"])): row for row in named}
    readers = {"csv": pl.read_csv, "parquet": pl.read_parquet}
    table = readers[id_](report)
    rows = table.filter(pl.col("table") == "numbers").to_dicts()
    return {(row["page"], row["id"]): row for row in rows}


@pytest.mark.parametrize("id_", FORMATS)
def test_every_number_of_every_page_is_in_every_format(
    id_: str, views: list[PageView], files: dict[str, bytes]
) -> None:
    found = numbers_of(id_, files[id_])
    cards = {(view.page.title, card.metric.id): card for view in views for card in view.cards}
    assert found.keys() == cards.keys()
    for key, card in cards.items():
        value = card.figure.value
        assert found[key]["value"] == (None if value is None else pytest.approx(value, rel=1e-12))
        assert found[key]["n"] == card.figure.sample_size


def test_a_leader_finds_the_rise_of_the_answer_rate(long: pl.DataFrame) -> None:
    """14 of the 28 questions before were answered and all 28 of February's: from 50 % to 100 %, 50 points more."""
    row = long.filter((pl.col("table") == "numbers") & (pl.col("id") == "answer_rate")).row(
        0, named=True
    )
    assert (row["value"], row["n"], row["unit"]) == (1.0, 28, "percent")
    assert (row["before"], row["change"], row["beyond_noise"]) == (0.5, 0.5, None)


def test_each_row_of_the_long_table_stands_once(long: pl.DataFrame) -> None:
    groups = [name for name in long.columns if name.startswith(("split", "group"))]
    assert not long.select("page", "table", "id", "title", *groups).is_duplicated().any()


def test_every_chart_of_every_page_is_in_the_long_table(
    views: list[PageView], long: pl.DataFrame
) -> None:
    charts = {
        (view.page.title, chart.chart.id)
        for view in views
        for chart in view.charts
        if chart.table.height
    }
    assert charts <= set(long.select("page", "table").iter_rows())


def test_the_months_of_a_chart_are_its_values(long: pl.DataFrame) -> None:
    [chart] = {id_ for id_ in long["table"].unique() if id_.startswith("answer_rate_1h-")}
    row = long.filter((pl.col("table") == chart) & (pl.col("id") == "answer_rate_24h")).row(
        0, named=True
    )
    assert (row["split"], row["group"], row["value"], row["n"]) == ("month", "2026-02-01", 1.0, 28)


def test_the_long_table_says_what_was_measured(long: pl.DataFrame) -> None:
    row = long.row(0, named=True)
    assert (row["community"], row["store_version"], row["names"], row["smallest_group"]) == (
        "craft",
        7,
        True,
        5,
    )
    assert (str(row["period_from"]), str(row["period_to"])) == ("2026-02-01", "2026-02-28")
    assert (str(row["compared_from"]), str(row["compared_to"])) == ("2026-01-04", "2026-01-31")
    assert (
        row["definition"] == "questions helped within 7 days / questions asked at least 7 days ago"
    )


def test_csv_and_parquet_hold_the_same_numbers(files: dict[str, bytes], long: pl.DataFrame) -> None:
    separated = pl.read_csv(files["csv"], infer_schema_length=None)
    assert separated.columns == long.columns
    assert separated["value"].to_list() == long["value"].to_list()


def test_csv_starts_with_the_mark_by_which_excel_knows_utf8(files: dict[str, bytes]) -> None:
    assert files["csv"].startswith(b"\xef\xbb\xbfpage,")


def test_csv_disarms_formulas(files: dict[str, bytes], long: pl.DataFrame) -> None:
    separated = pl.read_csv(files["csv"], infer_schema_length=None)
    assert FORMULA in long["group"].to_list()
    assert "'" + FORMULA in separated["group"].to_list()
    for name in separated.select(pl.col(pl.String)).columns:
        assert not separated[name].str.contains(r"^[=+\-@\t\r\n]").any(), name


def test_the_workbook_holds_no_formula(book: openpyxl.Workbook) -> None:
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert FORMULA in {cell.value for cell in cells}
    assert {cell.data_type for cell in cells if cell.value in (FORMULA, CALL)} == {"s"}
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]


def test_only_web_addresses_become_links(book: openpyxl.Workbook) -> None:
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    links = {cell.hyperlink.target for cell in cells if cell.hyperlink}
    assert "https://craft.example/57" in links
    assert NOT_A_WEB_ADDRESS not in links
    assert NOT_A_WEB_ADDRESS in {
        row[1] for row in book["List Answered within 7 days"].iter_rows(values_only=True)
    }


def test_the_first_sheet_tells_the_filters_and_the_definitions(
    book: openpyxl.Workbook, views: list[PageView]
) -> None:
    assert book.sheetnames[:2] == ["About", "Numbers"]
    rows = list(book["About"].iter_rows(values_only=True))
    told = {row[0]: row[1] for row in rows}
    assert told["Community"] == "craft"
    assert told["Period"] == "1 Feb 2026 – 28 Feb 2026 (2026-02-01 to 2026-02-28)"
    assert told["Compared with"] == "4 Jan 2026 – 31 Jan 2026 (the 28 days before)"
    assert told["Names"] == "shown"
    for definition in contents(views).definitions.to_dicts():
        assert (definition["title"], definition["description"]) in {row[:2] for row in rows}


def test_every_number_shown_is_defined(views: list[PageView]) -> None:
    defined = set(contents(views).definitions["id"])
    assert {card.metric.id for view in views for card in view.cards} <= defined
    assert {"waiting_curve", "answer_rate_1h", "contributor_rate", "reading_rate"} <= defined


def test_each_page_has_a_sheet_with_its_charts_and_tables(
    book: openpyxl.Workbook, views: list[PageView]
) -> None:
    for view in views:
        sheet = book[view.page.title]
        texts = {cell.value for cell in sheet["A"]}
        assert {chart.title for chart in view.charts} <= texts
        assert sheet.freeze_panes == "A2"
        assert len(sheet._charts) >= 2
        assert len(sheet.tables) >= len(
            {chart.title for chart in view.charts if chart.table.height}
        )


def test_the_charts_are_lines_bars_and_stacks(book: openpyxl.Workbook) -> None:
    kinds = [(chart.tagname, getattr(chart, "grouping", None)) for chart in book["Answers"]._charts]
    assert {"lineChart", "barChart", "scatterChart"} == {tag for tag, _ in kinds}
    assert ("barChart", "stacked") in kinds


def test_a_curve_by_days_is_drawn_by_months_of_30_days(tmp_path: Path) -> None:
    """Bob joins 90 days after the data begins, reads on the first day and asks 40 days later; it ends after 100 days more."""
    community = Community()
    question = community.ask("Ann", "2026-01-01 09:00")
    community.read(question, community.member("Bob", joined="2026-04-01 09:00"), "2026-04-01")
    community.ask("Bob", f"{days_later('2026-04-01', 40)} 09:00")
    told = community.tell(
        tmp_path, since="2026-01-01 00:00", until=f"{days_later('2026-04-01', 140)} 00:00"
    )
    book = openpyxl.load_workbook(
        io.BytesIO(FORMATS["xlsx"].write(Library(told=told).views(period="all")))
    )
    [asking] = [chart for chart in book["Inspiration"]._charts if "asking" in _title(chart)]
    assert (asking.tagname, asking.x_axis.majorUnit, asking.x_axis.scaling.max) == (
        "scatterChart",
        30,
        40,
    )
    assert asking.y_axis.scaling.max == 1


@pytest.fixture(scope="module")
def namesakes(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Two men of Red called Jan help Ann; one of them is a junior who rises to Participant, Ann a senior."""
    community = Community()
    community.ask("early", "2025-01-01 10:00")
    for key, seniority in (("jan-1", "junior"), ("jan-2", "mid"), ("Ann", "senior")):
        community.works(community.member(key, joined="2025-06-01 09:00"), "Red", seniority)
    for row in community.rows["member"]:
        row["name"] = "Jan" if str(row["member"]).startswith("jan") else row["name"]
    for key, times in (("jan-1", 2), ("jan-2", 1)):
        for _ in range(times):
            community.answer(community.ask("Ann", "2026-03-02 10:00"), key, "2026-03-02 11:00")
    community.answer(community.ask("jan-2", "2026-03-03 10:00"), "Ann", "2026-03-03 11:00")
    community.read("q1", "jan-1", "2025-08-01")
    return community.tell(
        tmp_path_factory.mktemp("namesakes"), since="2025-01-01 00:00", until="2026-06-01 12:00"
    )


def rows_under(sheet: object, question: str) -> list[list[object]]:
    """Return the table that follows a question on a sheet, without its empty cells."""
    rows = [[cell for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True)]  # type: ignore[attr-defined]
    start = rows.index([question])
    header = next(number for number in range(start, len(rows)) if len(rows[number]) > 1)
    end = next((number for number in range(header, len(rows)) if not rows[number]), len(rows))
    return rows[header:end]


def test_people_of_one_name_and_team_are_a_row_each_and_no_picture_places_are_listed(
    namesakes: Told,
) -> None:
    views = Library(told=namesakes).views(period="2026-03-01..2026-03-31")
    sheet = openpyxl.load_workbook(io.BytesIO(FORMATS["xlsx"].write(views)))["Connections"]
    assert rows_under(sheet, "Who has the most ties?") == [
        ["Member", "Team", "People helped", "Helped by"],
        ["Ann", "Red", 1, 2],
        ["Jan", "Red", 1, 1],
        ["Jan", "Red", 1, 0],
    ]
    ties = rows_under(sheet, "Who holds it together?")
    assert ties[0] == ["Helper", "Helper's team", "Helped", "Team of who was helped", "Helps"]
    assert [row[-1] for row in ties[1:]] == [1, 2, 1]
    long = pl.read_parquet(FORMATS["parquet"].write(views))
    assert set(long.filter(table="network")["title"]) == {"Helps"}
    (drawn,) = (chart for view in views for chart in view.charts if chart.chart.id == "network")
    assert {"helper_x", "asker_y"} <= set(drawn.table.columns)
    assert drawn.shown.columns == ties[0]


def test_a_matrix_keeps_the_order_of_seniorities_and_of_levels(namesakes: Told) -> None:
    book = openpyxl.load_workbook(
        io.BytesIO(
            FORMATS["xlsx"].write(Library(told=namesakes).views(period="2025-09-01..2026-05-31"))
        )
    )
    helps = rows_under(book["Connections"], "Does help cross seniority?")
    assert helps == [
        ["Asker's seniority ↓ Helper's seniority →", "junior", "mid", "senior"],
        ["mid", 0, 0, 1],
        ["senior", 2, 1, 0],
    ]
    paths = rows_under(book["Status"], "Where do the members of each level end up?")
    assert [row[0] for row in paths] == ["Level before ↓ Level after →", "Came", "Member"]
    assert paths[0][1:] == ["Member", "Participant"]


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Without a roster, Ann solves each of her questions alone, a day later, and Bob only reacts to them."""
    community = Community()
    for number in range(40):
        question = community.ask(
            "Ann", f"{days_later('2026-01-01', number)} 09:00", title=f"{FORMULA} {number}"
        )
        when = f"{days_later('2026-01-02', number)} 12:00"
        community.answer(question, "Ann", when, accepted=True)
        community.react(question, "Bob", when)
    for number in range(60):
        question = community.ask("Ann", f"{days_later('2026-03-01', number % 30)} 09:00")
        hours = 10 if number % 2 else 12 + number
        community.answer(
            question,
            "Bob",
            f"{days_later('2026-03-01', number % 30 + hours // 24)} {hours % 24:02d}:00",
        )
    return community.tell(
        tmp_path_factory.mktemp("alone"), since="2025-01-01 00:00", until="2026-06-01 12:00"
    )


def test_a_workbook_calls_things_as_the_pages_do(alone: Told) -> None:
    book = openpyxl.load_workbook(
        io.BytesIO(FORMATS["xlsx"].write(Library(told=alone).views(period="all")))
    )
    became = rows_under(book["Answers"], EXHIBITS["outcomes"].title)
    assert became[0] == ["Month", "self-solved", "answered"]
    balance = rows_under(book["Participation"], EXHIBITS["balance_by_seniority"].title)
    assert balance[0][0] == "Experience"


def test_threads_and_their_links_are_a_list_and_no_matrix(alone: Told) -> None:
    book = openpyxl.load_workbook(
        io.BytesIO(FORMATS["xlsx"].write(Library(told=alone).views(period="all")))
    )
    echoed = rows_under(book["Inspiration"], EXHIBITS["echoed_threads"].title)
    assert echoed[0] == ["Thread", "Link", "Reactions", "People"]
    assert len(echoed) == 41


def test_each_value_of_a_table_has_its_own_interval(alone: Told) -> None:
    views = Library(told=alone).views(period="all")
    long = pl.read_parquet(FORMATS["parquet"].write(views)).filter(table="gaps")
    gaps = alone.table("gaps", period="all")
    assert gaps["low_24h"].is_not_null().any()
    assert set(long["title"]) == {
        "Answered within 24 hours",
        "Answered within 7 days",
        "Median wait",
        "Questions",
    }
    for title, names in (
        ("Answered within 24 hours", ("answer_rate_24h", "low_24h", "high_24h")),
        ("Answered within 7 days", ("answer_rate", "low", "high")),
        ("Median wait", ("wait",)),
    ):
        told = long.filter(title=title).select("value", "low", "high")
        assert told.rows() == [(*row, None, None)[:3] for row in gaps.select(names).rows()], title


def test_a_stack_has_the_colours_of_the_page(alone: Told) -> None:
    book = openpyxl.load_workbook(
        io.BytesIO(FORMATS["xlsx"].write(Library(told=alone).views(period="all")))
    )
    [stack] = [chart for chart in book["Answers"]._charts if "becomes" in _title(chart)]
    own = next(part.colour for part in outcomes(LIGHT) if part.name == "self-solved")
    drawn = [series.graphicalProperties.solidFill.srgbClr for series in stack.series]
    assert own.lstrip("#").upper() in drawn


def test_columns_are_written_as_their_roles_and_units_say(alone: Told) -> None:
    views = Library(told=alone).views(period="all")
    tables = {
        chart.chart.id: part.table
        for view in views
        for chart in view.charts
        for part in layouts(chart, view.choices)
    }
    assert tables["levels"].frame.columns == ["Level", "People"]
    assert tables["outcomes"].formats["Month"] == MONTH
    assert tables["cohorts"].formats["Joined in"] == DAY
    gaps = tables["gaps"].formats
    assert (gaps["Low"], gaps["High"], gaps["Questions"]) == ("0 %", "0 %", "#,##0")
    assert gaps["Median wait"].endswith('" h"')


def test_show_calls_things_as_the_pages_do_and_its_csv_runs_nothing(alone: Told) -> None:
    scope = alone.scope(period="all")
    became, echoed = (
        measured(EXHIBITS[id_], scope, alone.measurer, None)
        for id_ in ("outcomes", "echoed_threads")
    )
    assert "self-solved" in as_table(became)
    assert "resolved_by_self" in as_json(became)
    assert f"'{FORMULA} 7," in as_csv(echoed)
    balance = measured(EXHIBITS["balance_by_seniority"], scope, alone.measurer, None)
    assert "Experience" in as_table(balance)


def _title(chart: object) -> str:
    return "".join(run.t for part in chart.title.tx.rich.p for run in part.r or ())  # type: ignore[attr-defined]


def test_a_chart_is_drawn_from_the_cells_of_its_table(
    book: openpyxl.Workbook, views: list[PageView]
) -> None:
    """The bars of the second chart of the overview, who reads by seniority, are the measured shares."""
    [series] = book["Overview"]._charts[1].series
    sheet, cells = series.val.numRef.f.split("!")
    drawn = [row[0].value for row in book[sheet.strip("'")][cells.replace("$", "")]]
    assert len(drawn) > 1
    assert drawn == views[0].charts[1].table["value"].to_list()


def test_percentages_and_hours_carry_their_formats(book: openpyxl.Workbook) -> None:
    formats = {row[11].value: row[2].number_format for row in book["Numbers"].iter_rows(min_row=2)}
    assert formats["answer_rate"] == "0 %"
    assert formats["wait"].endswith('" h"')
    assert formats["questions"] == "#,##0"


def test_a_list_has_as_many_rows_as_its_page(
    book: openpyxl.Workbook, views: list[PageView]
) -> None:
    for each in {listing.metric.id: listing for view in views for listing in view.lists}.values():
        if each.rows.height:
            sheet = book[f"List {each.metric.title}"[:31]]
            assert sheet.max_row == each.rows.height + 3
            assert next(iter(sheet.tables.values())).ref.startswith("A3:")


def test_equal_views_make_equal_files(
    library: Library, views: list[PageView], files: dict[str, bytes]
) -> None:
    again = library.views(period=NOW)
    for each in FORMATS.values():
        assert each.write(again) == files[each.id], each.id


def test_the_workbook_is_dated_by_its_data(book: openpyxl.Workbook) -> None:
    assert book.properties.created == datetime(2026, 4, 1)


def test_a_period_without_data_makes_reports_that_say_so(library: Library) -> None:
    empty = library.views(period="2025-12-02..2025-12-03")
    for each in FORMATS.values():
        found = numbers_of(each.id, each.write(empty))
        assert found["Answers", "answer_rate"]["value"] is None
        assert "nothing to answer" in str(found["Answers", "answer_rate"]["note"])


def test_without_names_no_name_is_in_any_report(library: Library) -> None:
    """The people, and Bob's team of one, are not to be found by those who may not see names."""
    hidden = library.views(names=False, period=NOW)
    long = pl.read_parquet(FORMATS["parquet"].write(hidden))
    groups = {value for name in long.columns if name.startswith("group") for value in long[name]}
    teams = set(long.filter(pl.col("split") == "team")["group"])
    book = openpyxl.load_workbook(io.BytesIO(FORMATS["xlsx"].write(hidden)))
    texts = {cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row}
    assert not {"Ann", "Bob", CALL} & (groups | texts)
    assert FORMULA not in teams
    assert {row[0]: row[1] for row in book["About"].iter_rows(values_only=True)}[
        "Names"
    ] == "not shown"


def test_filters_are_told(library: Library) -> None:
    told = dict(contents(library.views(team="Red", topic="wood", compare="nothing")).about)
    assert (told["Teams"], told["Topics"], told["Seniority"], told["Compared with"]) == (
        "Red",
        "wood",
        "all",
        "nothing",
    )


def test_a_report_needs_a_page() -> None:
    with pytest.raises(
        CopError,
        match=f"needs a page: choose from Overview, .* and {list(PAGES.values())[-1].title}",
    ):
        contents([])


def test_a_report_has_one_choice_of_filters(views: list[PageView]) -> None:
    with pytest.raises(CopError, match="one choice of filters"):
        contents([views[0], replace(views[1], scope=replace(views[1].scope, teams=("Red",)))])
    with pytest.raises(CopError, match="one version of the data"):
        contents([views[0], replace(views[1], version=8)])


@pytest.mark.parametrize("each", FORMATS.values(), ids=FORMATS)
def test_the_ending_chooses_the_format(
    each, tmp_path: Path, views: list[PageView], files: dict[str, bytes]
) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / f"report{each.suffix.upper()}"
    path.write_text("an old report")
    write_report(path, views)
    assert path.read_bytes() == files[each.id]
    assert list(tmp_path.iterdir()) == [path]


def test_an_unknown_ending_names_the_known_ones(tmp_path: Path, views: list[PageView]) -> None:
    with pytest.raises(
        UnknownName, match=r"no report format called '\.xls'\. Did you mean '\.xlsx'"
    ):
        write_report(tmp_path / "report.xls", views)
    with pytest.raises(UnknownName, match=r"called 'report'\. There is: \.csv, "):
        write_report(tmp_path / "report", views)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path, views: list[PageView]) -> None:
    with pytest.raises(CopError, match="cannot be written"):
        write_report(tmp_path / "nowhere" / "report.csv", views)


def test_sheet_names_are_such_as_excel_accepts_and_distinct() -> None:
    book = new_book(io.BytesIO(), title="t", subject="s", made=datetime(2026, 1, 1))
    names = [
        book.sheet(name).get_name()
        for name in ("A/B: [c]?", "History", "x" * 40, "X" * 40, "'quoted'", "")
    ]
    assert names == ["A B   c", "History (2)", "x" * 31, "X" * 27 + " (2)", "quoted", "Sheet"]


def test_headers_of_a_table_are_distinct_whatever_their_case() -> None:
    assert distinct(["Team", "team", "TEAM", ""]) == ["Team", "team (2)", "TEAM (3)", " "]


def test_columns_are_wide_enough_for_a_day_and_a_time() -> None:
    """A spreadsheet shows a time that does not fit as hashes: '30 Sep 2026 23:43' has 17 characters."""
    frame = pl.DataFrame(
        {"Asked": [datetime(2026, 9, 30, 23, 43)], "Question": ["x" * 500], "Link": ["short"]}
    )
    asked, question, link = widths(frame)
    assert (asked >= 19, question, link) == (True, 60, 8)
