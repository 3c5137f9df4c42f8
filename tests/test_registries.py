"""Walks the registries: every metric, exhibit, relation and page, each measured on a made-up company."""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from communities import Told
from polars.testing import assert_frame_equal

from cop_metrics.access.catalogue import read_catalogue
from cop_metrics.access.scope import Scope, parse_scope
from cop_metrics.measure.exhibits import tables_read
from cop_metrics.measure.figures import FIGURE_SCHEMA
from cop_metrics.measure.measurer import BY, Measurer
from cop_metrics.metrics import EXHIBITS, METRICS, declared
from cop_metrics.metrics.aggregates import PeopleShare, Share, Total
from cop_metrics.metrics.columns import SAID_OF_PEOPLE, Role, Rows, titles, with_bounds
from cop_metrics.metrics.metric import Counts, Exhibit, Metric
from cop_metrics.metrics.relation import RELATIONS, Relation, list_of, relation_of_list
from cop_metrics.samples.company import COMPANY
from cop_metrics.show.charts import LIGHT, describe, draw
from cop_metrics.show.pagebook import PAGES, Page
from cop_metrics.show.view import Viewer
from cop_metrics.store import Store
from cop_metrics.units import Unit

TEAM = "Drives"
BOUND = {"community", "first_day", "end_day", "teams", "seniorities", "topics", "junior", "senior"}
BEFORE_ALL_DATA = "1990-01-01..1990-01-31"

each_metric = pytest.mark.parametrize("metric", METRICS.values(), ids=list(METRICS))
each_listed = pytest.mark.parametrize(
    "metric",
    [each for each in METRICS.values() if each.never_listed is None],
    ids=lambda metric: metric.id,
)
each_total = pytest.mark.parametrize(
    "metric",
    [each for each in METRICS.values() if isinstance(each.measure, Total)],
    ids=lambda metric: metric.id,
)
each_with_history = pytest.mark.parametrize(
    "metric",
    [each for each in METRICS.values() if each.counts is not Counts.STATE],
    ids=lambda metric: metric.id,
)
each_exhibit = pytest.mark.parametrize("exhibit", EXHIBITS.values(), ids=list(EXHIBITS))
each_page = pytest.mark.parametrize("page", PAGES.values(), ids=list(PAGES))


@pytest.fixture(scope="module")
def company(demo_data: Path) -> Told:
    """Return the made-up company, its scores of single people open to those who may see names."""
    return Told(cursor=Store(demo_data).snapshot().cursor, community=COMPANY)


@pytest.fixture(scope="module")
def measurer(company: Told) -> Measurer:
    return company.measurer


@pytest.fixture(scope="module")
def year(company: Told) -> Scope:
    return company.scope(period="last-12-months")


@pytest.fixture(scope="module")
def team_year(company: Told) -> Scope:
    return company.scope(period="last-12-months", team=TEAM)


# What is declared


def test_no_two_declarations_share_an_id_or_a_title() -> None:
    both: list[Metric | Exhibit] = [*METRICS.values(), *EXHIBITS.values()]
    assert len({each.id for each in both}) == len(both)
    assert len({each.title for each in both}) == len(both)


@each_metric
def test_a_metric_says_what_it_is_and_where_that_comes_from(metric: Metric) -> None:
    assert metric.question.endswith("?")
    for text in (metric.title, metric.description, metric.formula, metric.source, metric.peers):
        assert text.strip()
    assert set(metric.splits) <= set(BY)
    assert declared(metric.id) is metric


@each_exhibit
def test_an_exhibit_says_what_it_is_and_where_that_comes_from(exhibit: Exhibit) -> None:
    for text in (exhibit.title, exhibit.description, exhibit.source, *exhibit.titles.values()):
        assert text.strip()
    assert set(exhibit.relations) <= set(RELATIONS)
    assert set(exhibit.splits) <= set(BY)
    assert declared(exhibit.id) is exhibit


def test_every_metric_and_exhibit_has_a_worked_example_named_after_it() -> None:
    ids = [*METRICS, *EXHIBITS]
    shown = {id_ for name in _worked_examples() for id_ in [_longest_id(name, ids)] if id_}
    assert sorted(set(ids) - shown) == []


def _worked_examples() -> Iterator[str]:
    for path in sorted(Path(__file__).parent.glob("test_metrics_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield node.name.removeprefix("test_")


def _longest_id(name: str, ids: list[str]) -> str | None:
    return max((id_ for id_ in ids if f"{name}_".startswith(f"{id_}_")), key=len, default=None)


def test_declared_sql_has_only_parameters_that_are_bound() -> None:
    texts = [relation.sql for relation in RELATIONS.values()] + [
        exhibit.sql for exhibit in EXHIBITS.values()
    ]
    texts += [repr(metric.measure) for metric in METRICS.values()]
    assert {name for text in texts for name in re.findall(r"\$(\w+)", text)} <= BOUND


@pytest.mark.parametrize("relation", RELATIONS.values(), ids=list(RELATIONS))
def test_a_relation_is_counted_over_and_has_the_columns_that_it_declares(
    relation: Relation, measurer: Measurer, year: Scope
) -> None:
    users: list[Metric | Exhibit] = [
        each for each in METRICS.values() if each.relation == relation.name
    ]
    users += [
        each
        for each in METRICS.values()
        if relation_of_list(each) is relation and each not in users
    ]
    users += [exhibit for exhibit in EXHIBITS.values() if relation.name in exhibit.relations]
    assert users
    needed = {
        *titles(relation.listing.columns),
        *(column for column in (relation.day, relation.topic) if column),
    }
    needed |= {f"{each.whose}_{by}" for each in users for by in ("team", "seniority")}
    within = measurer.within(year)
    cut = within.cut.rows(relation, users[0])
    assert needed <= {*within.ask(f"with {within.cut.periods(None)} {cut} limit 1").columns}


# Every metric on the company


def _known(metric: Metric, company: Told, year: Scope) -> Scope:
    """Return a period in which the metric is known of the two years of data: one that looks back needs room before it."""
    return company.scope(period="last-90-days") if metric.no_rows else year


@each_metric
def test_a_metric_is_measured(
    metric: Metric, measurer: Measurer, company: Told, year: Scope
) -> None:
    figure = measurer.figure(metric, _known(metric, company, year))
    assert figure.value is not None, figure.note
    assert figure.sample_size > 0 or figure.value == 0
    if figure.interval:
        assert figure.value in figure.interval


@each_listed
@pytest.mark.parametrize("filtered", [False, True], ids=["all", "team"])
def test_the_list_behind_a_number_has_its_rows(
    metric: Metric, filtered: bool, measurer: Measurer, year: Scope, team_year: Scope
) -> None:
    scope = team_year if filtered else year
    figure, rows = measurer.figure(metric, scope), measurer.listed(metric, scope).rows
    none_of = isinstance(metric.measure, Total) and figure.value == 0
    assert rows.height == (0 if none_of else figure.sample_size)
    match metric.measure:
        case Total(of=of) if of.startswith("count"):
            assert rows.height == figure.value
        case Share() | PeopleShare() if rows.height:
            assert rows[metric.title].mean() == pytest.approx(figure.value)


@each_listed
def test_a_filter_by_team_hides_the_rows_of_others(
    metric: Metric, measurer: Measurer, year: Scope, team_year: Scope
) -> None:
    everyone, own = measurer.listed(metric, year).rows, measurer.listed(metric, team_year).rows
    team = next(each for each in list_of(metric).columns if each.role is Role.TEAM)
    if team.title != "Team":  # it lists whom the team reached, of whatever team
        assert 0 < own.height <= everyone.height
        return
    assert set(own[team.name]) <= {TEAM}
    assert own.height < everyone.height or set(everyone[team.name]) <= {TEAM}
    assert own.height or TEAM not in set(everyone[team.name])


@each_total
def test_the_rows_of_the_teams_add_up_to_all_rows(
    metric: Metric, measurer: Measurer, company: Told, year: Scope
) -> None:
    """A row, and a member at the last moment, belongs to one team; of people in a period some are of two teams."""
    assert isinstance(metric.measure, Total)
    total = measurer.figure(metric, year).value or 0
    by_team = measurer.measure(metric, year, "team").table["value"].sum()
    teams = company.choices.teams
    assert by_team == sum(
        measurer.figure(metric, year.only("team", team)).value or 0 for team in teams
    )
    of_one_team = metric.measure.listed is None or metric.relation in (
        "present",
        "levels",
        "arrivals",
    )
    assert by_team == total if of_one_team else by_team >= total


@each_metric
def test_a_metric_can_be_split_by_each_of_its_dimensions(
    metric: Metric, measurer: Measurer, company: Told, year: Scope
) -> None:
    year = _known(metric, company, year)
    for by in ("week", *metric.splits) if metric.counts is not Counts.STATE else metric.splits:
        groups = measurer.measure(metric, year, by).table
        assert groups.schema == pl.Schema(FIGURE_SCHEMA)
        assert groups.height, by
        assert groups["group"].is_unique().all()
        for group, value in (
            groups.filter(pl.lit(by != "week")).select("group", "value").head(2).iter_rows()
        ):
            alone = measurer.figure(metric, year.only(by, group)).value
            assert value == (None if alone is None else pytest.approx(alone)), (by, group)


@each_with_history
def test_a_month_of_a_split_is_the_number_of_that_month(
    metric: Metric, measurer: Measurer, company: Told, year: Scope
) -> None:
    months = measurer.measure(metric, year, "month").table.filter("complete")
    for month in months["group"][1:3]:
        last = pl.Series([month]).str.to_date().dt.month_end().item()
        alone = measurer.figure(metric, company.scope(period=f"{month}..{last}"))
        value = months.filter(pl.col("group") == month)["value"].item()
        assert value == (None if alone.value is None else pytest.approx(alone.value)), month


@each_with_history
def test_a_metric_of_no_data_is_zero_or_null_with_a_note(
    metric: Metric, measurer: Measurer, company: Told
) -> None:
    figure = measurer.figure(metric, company.scope(period=BEFORE_ALL_DATA))
    if isinstance(metric.measure, Total) and not metric.edge_days:
        assert (figure.value, figure.sample_size) == (0, 0)
    else:
        assert (figure.value, figure.sample_size) == (None, 0)
        assert figure.note


@pytest.mark.parametrize(
    "period",
    ["last-12-months", "last-quarter", "2025-03-10..2026-02-04", "2025-05-03..2025-05-20", "all"],
)
def test_days_held_and_what_was_done_are_the_same_by_day_week_and_month(
    period: str, measurer: Measurer, company: Told
) -> None:
    """Whole months come from their sums; weeks are always counted by day."""
    scope = company.scope(period=period)
    sums = ", ".join(
        f"sum({name})" for name in ("days_held", "posts", "questions", "helps", "threads_watched")
    )
    within = measurer.within(scope)
    parts = [
        within.ask(
            f"with {within.cut.periods(by)} select stretch_id, {sums}, bool_or(active) "
            f"from ({within.cut.people(by)}) group by 1 order by 1"
        )
        for by in ("week", None, "month")
    ]
    assert parts[0].height
    assert_frame_equal(parts[0], parts[1], check_dtypes=False)
    assert_frame_equal(parts[0], parts[2], check_dtypes=False)


@pytest.mark.parametrize("filtered", [False, True], ids=["all", "team"])
def test_numbers_asked_together_are_those_asked_alone(
    filtered: bool, measurer: Measurer, company: Told
) -> None:
    scope = company.scope(period="last-12-months", team=TEAM if filtered else "", compare="year")
    scopes = [each for each in (scope, scope.earlier()) if each]
    queries = [
        (measurer.query(metric, each, by, series), each)
        for metric in METRICS.values()
        for each in scopes
        for by, series in _splits(metric)
    ]
    fresh, other = replace(measurer), replace(measurer)
    work = fresh.expect(queries)
    for answers in work:
        answers()
    known = [
        (query, each)
        for query, each in queries
        if fresh.asking.knows(query, fresh.within(each).cut)
    ]
    assert len(work) < len(known) / 3
    for query, each in known:
        alone, together = (of.within(each).ask(query.sql) for of in (other, fresh))
        assert_frame_equal(
            together, alone, check_dtypes=False, check_row_order=False, check_column_order=False
        )


def _splits(metric: Metric) -> list[tuple[str | None, str | None]]:
    plain: list[tuple[str | None, str | None]] = [
        (None, None),
        *((by, None) for by in metric.splits),
    ]
    return (
        plain
        if metric.counts is Counts.STATE
        else [*plain, ("month", None), ("week", None), ("month", "team")]
    )


@each_metric
def test_a_viewer_without_names_is_shown_no_name(
    metric: Metric, measurer: Measurer, company: Told
) -> None:
    """Threads are for everyone to see; of people neither name nor group stands beside them."""
    scope = company.scope(names=False)
    if measurer.sight(scope).list(metric).reason is None:
        listed = measurer.listed(metric, scope)
        rows, columns = listed.rows, listed.columns
        assert rows.columns == [each.name for each in columns]
        assert not SAID_OF_PEOPLE & {each.role for each in columns}
        cells = {cell for texts in rows.select(pl.col(pl.String)) for cell in texts}
        assert not cells & {*_names(company), *company.choices.teams, *company.choices.seniorities}


def _names(company: Told) -> set[str]:
    return {name for (name,) in company.cursor.sql("select name from members").fetchall()}


@each_metric
def test_the_glossary_has_the_sql_of_a_metric(metric: Metric, measurer: Measurer) -> None:
    sql = measurer.sql(metric)
    assert set(re.findall(r"\$(\w+)", sql)) <= BOUND
    assert not re.search(r"\{\w+\}", sql)
    columns = {Total: "of", Share: "hit", PeopleShare: "did"}.get(type(metric.measure))
    assert columns is None or getattr(metric.measure, columns) in sql


# Every exhibit


@each_exhibit
def test_an_exhibit_has_exactly_its_columns_with_and_without_data(
    exhibit: Exhibit, measurer: Measurer, company: Told, year: Scope, team_year: Scope
) -> None:
    full = measurer.measure(exhibit, year).table
    assert full.height
    for scope in (year, team_year, company.scope(period=BEFORE_ALL_DATA)):
        table = measurer.measure(exhibit, scope).table
        assert table.columns == list(exhibit.titles)
        assert table.schema == full.schema
    before = measurer.measure(exhibit, company.scope(period=BEFORE_ALL_DATA)).table
    assert before.is_empty() or (exhibit.counts is Counts.STATE and before.equals(full))


def test_an_exhibit_cannot_read_uncut_what_it_forgot_to_declare(
    measurer: Measurer, team_year: Scope
) -> None:
    """Who helped whom of one team, with the name of the relation forgotten: refused, not told of all teams."""
    whole = EXHIBITS["help_by_team"]
    assert whole.relations == ("helps",)
    with pytest.raises(
        TypeError, match=r"'help_by_team' reads helps as if no filter were set.*main\.helps"
    ):
        measurer.measure(replace(whole, relations=("questions",)), team_year)


def test_tables_are_found_wherever_an_exhibit_reads_them() -> None:
    sql = """
        with own as (select * from helps join main.members using (member_id))
        select (select count(*) from reads), exists (from reach) from own, (select * from a union all select * from b) as c
        where member_id in (select member_id from points)"""
    assert tables_read(sql) == {"helps", "reads", "reach", "a", "b", "points"}


@each_metric
def test_a_list_hides_without_names_what_an_exhibit_of_the_same_rows_hides(
    metric: Metric, measurer: Measurer, company: Told
) -> None:
    scope = company.scope(names=False)
    if measurer.sight(scope).list(metric).reason:
        return
    of_the_same = [
        each
        for each in EXHIBITS.values()
        if metric.relation in each.relations and each.rows is not Rows.PEOPLE
    ]
    hidden = {each.name for exhibit in of_the_same for each in exhibit.columns if each.personal}
    assert not hidden & {*measurer.listed(metric, scope).rows.columns}


@each_exhibit
def test_what_is_drawn_of_an_exhibit_is_said_in_words_however_few_its_rows(
    exhibit: Exhibit, measurer: Measurer, year: Scope
) -> None:
    table = measurer.measure(exhibit, year).table
    for rows in (table, table.head(1)) if exhibit.drawn else ():
        figure = draw(exhibit, rows, LIGHT)
        assert figure.data or rows.height == 1
        assert describe(figure)
        assert "Infinity" not in figure.to_json()


@each_exhibit
def test_an_exhibit_of_single_people_is_for_those_who_may_see_names(
    exhibit: Exhibit, measurer: Measurer, company: Told
) -> None:
    table = measurer.measure(exhibit, company.scope(names=False)).table
    assert table.columns == list(exhibit.titles)
    assert table.is_empty() == (exhibit.rows is Rows.PEOPLE)


@each_exhibit
def test_personal_columns_of_an_exhibit_are_empty_without_names(
    exhibit: Exhibit, measurer: Measurer, company: Told
) -> None:
    """A person is named in a column that is emptied, or in a table that is not shown at all."""
    scope = company.scope(names=False)
    table = measurer.measure(exhibit, scope).table
    texts = "\n".join({str(cell) for each in table.select(pl.col(pl.String)) for cell in each})
    assert not [name for name in _names(company) if name in texts]
    for column in exhibit.columns:
        if column.personal:
            assert table.height
            assert table[column.name].is_null().all(), column.name
            assert measurer.measure(exhibit, company.scope()).table[column.name].is_not_null().any()
        if column.role is Role.PERSON:
            assert column.personal or table.is_empty(), column.name


@pytest.mark.parametrize("relation", RELATIONS.values(), ids=list(RELATIONS))
def test_all_that_a_list_says_of_people_is_personal(relation: Relation) -> None:
    for column in relation.listing.columns:
        assert column.personal or column.role not in SAID_OF_PEOPLE, column.name


@each_listed
def test_all_of_a_list_that_tells_groups_or_names_is_said_of_people(
    metric: Metric, measurer: Measurer, company: Told, year: Scope
) -> None:
    listed = measurer.listed(metric, year)
    rows = listed.rows
    of_people = {*_names(company), *company.choices.teams, *company.choices.seniorities}
    for column in listed.columns:
        if column.role not in SAID_OF_PEOPLE:
            assert not of_people & set(rows[column.name].cast(pl.String)), column.name


@each_exhibit
def test_a_column_is_filled_as_its_role_says(
    exhibit: Exhibit, measurer: Measurer, year: Scope
) -> None:
    """Texts and days say where a row belongs, numbers how much it is; shares count in per cent."""
    table, choices = measurer.measure(exhibit, year).table, measurer.choices
    groups = {Role.TEAM: {*choices.teams}, Role.SENIORITY: {*choices.seniorities}}
    known = groups[Role.TEAM] | groups[Role.SENIORITY]
    for column in exhibit.columns:
        kind, cells = table[column.name].dtype, table[column.name].drop_nulls()
        match column.role:
            case Role.MONTH | Role.START | Role.TIME:
                assert kind == pl.Date, column.name
            case Role.VALUE | Role.LOW | Role.HIGH | Role.ELAPSED:
                assert kind.is_numeric(), column.name
                assert column.unit, column.name
            case Role.ORDER | Role.PLACE | Role.WEEKDAY:
                assert kind.is_numeric(), column.name
            case Role.COMPLETE:
                assert kind == pl.Boolean, column.name
            case Role.TEAM | Role.SENIORITY:
                assert set(cells) <= groups[column.role], column.name
            case Role.GROUP:
                assert kind != pl.Date, column.name
            case _:
                assert kind == pl.String, column.name
        if column.role not in groups and kind == pl.String:
            assert not set(cells) & known, column.name
        if kind.is_float() and column.role is not Role.PLACE:
            is_share = cells.len() > 0 and cells.is_between(0, 1).all()
            assert is_share == (column.unit is Unit.PERCENT), column.name


@each_exhibit
def test_bounds_follow_the_value_that_they_enclose(
    exhibit: Exhibit, measurer: Measurer, year: Scope
) -> None:
    table = measurer.measure(exhibit, year).table
    for value, bounds in with_bounds(exhibit.columns).items():
        if bounds:
            low, high = bounds
            assert (low.role, high.role) == (Role.LOW, Role.HIGH)
            inside = pl.col(value.name).is_between(low.name, high.name)
            assert table.select(inside.fill_null(True).all()).item(), value.name


def test_outcomes_are_exclusive_and_add_up(measurer: Measurer, company: Told) -> None:
    [(ripe,)] = company.cursor.sql(
        "select count(*) from questions where age_seconds >= 30 * 86400 and community = $community",
        params={"community": company.community},
    ).fetchall()
    assert measurer.measure(EXHIBITS["outcomes"], company.scope()).table["questions"].sum() == ripe


def test_levels_and_flows_end_alike(company: Told, measurer: Measurer) -> None:
    scopes = [company.scope(period="last-12-months", team=team) for team in ("", TEAM)]
    for scope in (*scopes, company.scope(period="last-12-months", seniority="junior")):
        flows, levels = (
            measurer.measure(EXHIBITS["level_flows"], scope).table,
            measurer.measure(EXHIBITS["levels"], scope).table,
        )
        ends = dict(flows.filter(pl.col("end") > 0).select("level_name", "end").iter_rows())
        assert ends == dict(levels.select("level_name", "people").iter_rows())


# Every page


@each_page
def test_a_page_shows_what_there_is(page: Page) -> None:
    assert {page.headline, *page.cards, *page.lists} <= set(METRICS)
    for chart in page.charts:
        assert len({each.unit for each in chart.shows}) == 1
        assert set(chart.groups) <= set(chart.first.splits) or chart.exhibit
    assert len({chart.id for chart in page.charts}) == len(page.charts)


def test_every_exhibit_reaches_a_page() -> None:
    shown = {chart.exhibit.id for page in PAGES.values() for chart in page.charts if chart.exhibit}
    assert shown == set(EXHIBITS)


@each_page
@pytest.mark.parametrize("names", [True, False], ids=["names", "no names"])
def test_a_page_is_measured_whole(page: Page, names: bool, company: Told) -> None:
    catalogue = read_catalogue(company.cursor)
    scope = parse_scope({"period": ["last-12-months"]}, catalogue, names=names)
    seen = Viewer(version=1, cursor=company.cursor, catalogue=catalogue).page(page, scope)
    assert [card.metric.id for card in seen.cards] == list(page.cards)
    assert len(seen.charts) == len(page.charts)
    assert [each.metric.id for each in seen.lists] == list(page.lists)
    for chart in seen.charts:
        assert {each.name for each in chart.columns} == set(chart.table.columns)
        assert chart.note is not None or chart.table.height
        if names and chart.chart.compared:
            # a number of all stands beside groups that do not add up to it
            adds_up = chart.chart.first.unit in (Unit.COUNT, Unit.POINTS)
            assert (chart.average is None) == adds_up, chart.title
    if not names:
        assert all(each.rows.is_empty() or "Member" not in each.rows.columns for each in seen.lists)
