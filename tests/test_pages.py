"""Every page as a script run, without a browser: what stands on it, what it says when there is nothing, and what fails alone."""

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from html import escape
from pathlib import Path

import duckdb
import pytest

from cop_metrics.access.catalogue import read_catalogue
from cop_metrics.access.scope import parse_scope
from cop_metrics.build.intake import Request, change_aliases, previewed, rebuild, take_in
from cop_metrics.lake.lake import Lake
from cop_metrics.measure.measurer import Measurer
from cop_metrics.metrics import EXHIBITS, METRICS
from cop_metrics.people.identity import Alias, read_aliases
from cop_metrics.period import DEFAULT
from cop_metrics.samples.company import COMPANY
from cop_metrics.show.pagebook import PAGES
from cop_metrics.show.record import members
from cop_metrics.store import Store, writer_lock
from cop_metrics.words import value

pytest.importorskip("streamlit")
import streamlit as st
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button
from streamlit.util import calc_hash

PROJECT = Path(__file__).resolve().parents[1]
OTHERS = ("record", "reports", "data", "glossary")
EVERY = (*PAGES, *OTHERS)


@pytest.fixture
def demo(demo_data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COP_DATA", str(demo_data))
    return demo_data


def visit(page: str, **query: str | list[str]) -> AppTest:
    app = AppTest.from_file(str(PROJECT / "dashboard.py"), default_timeout=120)
    for key, chosen in query.items():
        app.query_params[key] = chosen
    app._page_hash = "" if page == "overview" else calc_hash(page)
    return app.run()


def html(app: AppTest) -> str:
    """Return what a page shows as HTML, with plain spaces before the per cent signs that must not begin a line."""
    return as_it_stands(app).replace("\u00a0%", " %")


def as_it_stands(app: AppTest) -> str:
    return "\n".join(each.proto.body for each in app.get("html"))


def alerts(app: AppTest) -> list[str]:
    return [each.value for each in (*app.error, *app.warning)]


@pytest.mark.parametrize("page", EVERY)
def test_every_page_shows_without_failing(demo: Path, page: str) -> None:
    app = visit(page, community=COMPANY, period="last-quarter")
    assert not app.exception
    assert alerts(app) == []
    assert COMPANY in html(app)
    assert 'class="cop-headline"' in html(app)


@pytest.mark.parametrize("page", EVERY)
def test_a_period_before_all_data_says_so_in_words(demo: Path, page: str) -> None:
    app = visit(page, community=COMPANY, period="1991-01-01..1991-02-01")
    assert not app.exception
    assert alerts(app) == []


@pytest.mark.parametrize("page", list(PAGES))
def test_a_community_without_roster_has_experience_and_no_teams(demo: Path, page: str) -> None:
    app = visit(page, community="AI first months")
    assert not app.exception
    assert alerts(app) == []
    labels = [each.label for each in app.sidebar.multiselect]
    assert "Experience" in labels
    assert "Teams" not in labels


@pytest.mark.parametrize("page", list(PAGES))
def test_a_page_shows_each_of_its_cards_charts_and_lists(demo: Path, page: str) -> None:
    app = visit(page, community=COMPANY)
    for id_ in PAGES[page].cards:
        assert f'data-metric="{id_}"' in html(app)
    titles = [
        getattr(chart, "title", None) or EXHIBITS[chart.id].title for chart in PAGES[page].charts
    ]
    for title in titles:
        assert f">{escape(title)}</h2>" in html(app)
    assert len([each for each in app.get("download_button") if each.label == "CSV"]) + len(
        app.info
    ) >= len(titles)
    for id_ in PAGES[page].lists:
        assert escape(METRICS[id_].description) in html(app)


def test_a_card_shows_the_number_that_is_measured(demo: Path) -> None:
    snapshot = Store(demo).snapshot()
    catalogue = read_catalogue(snapshot.cursor)
    scope = parse_scope(
        {"community": [COMPANY], "team": ["Service"]}, catalogue, default_period=DEFAULT
    )
    measurer = Measurer(cursor=snapshot.cursor, choices=catalogue[COMPANY])
    expected = value(METRICS["questions"].unit, measurer.figure(METRICS["questions"], scope).value)
    shown = re.search(
        r'data-metric="questions">.*?cop-value">([^<]*)<',
        html(visit("answers", community=COMPANY, team=["Service"])),
    )
    assert shown
    assert shown[1] == expected


def test_no_line_of_a_page_ends_before_a_per_cent_sign(demo: Path) -> None:
    shown = as_it_stands(visit("answers", community=COMPANY))
    assert "\u00a0%" in shown
    assert not re.search(r"\d %", shown)


def test_the_url_sets_the_filters(demo: Path) -> None:
    app = visit(
        "answers",
        community=COMPANY,
        period="last-90-days",
        compare="year",
        team=["Service", "Sales"],
    )
    assert app.sidebar.selectbox(key="period").value == "last-90-days"
    assert app.sidebar.selectbox(key="compare").value == "year"
    assert app.sidebar.multiselect(key=f"team of {COMPANY}").value == ["Service", "Sales"]


def test_days_of_ones_own_can_be_typed(demo: Path) -> None:
    app = visit("overview", community=COMPANY, period="2026-02-03..2026-04-05")
    assert [each.value.isoformat() for each in app.sidebar.date_input] == [
        "2026-02-03",
        "2026-04-05",
    ]
    assert "no data" not in html(app).split("cop-headline")[1]


def test_the_pages_open_on_the_community_with_the_newest_data(demo: Path) -> None:
    assert COMPANY in html(visit("overview"))


def test_hidden_names_take_the_lists_of_people_from_the_page(demo: Path) -> None:
    shown, hidden = (
        visit("participation", community=COMPANY),
        visit("participation", community=COMPANY, names="hidden"),
    )
    assert hidden.sidebar.toggle(key="names").value
    assert not shown.sidebar.toggle(key="names").value
    # Gone is the list of contributors. Three members of unknown seniority count with the juniors in the balance by seniority.
    assert len(shown.get("download_button")) == len(hidden.get("download_button")) + 1
    assert "Names are hidden" in html(hidden)
    assert "Names are hidden" not in html(shown)


def test_hidden_names_leave_the_counts_of_what_the_roster_lacks(demo: Path) -> None:
    shown, hidden = (
        visit("data", community=COMPANY),
        visit("data", community=COMPANY, names="hidden"),
    )
    assert "Rows that mean no account: 1" in [each.label for each in shown.expander]
    assert "Rows that mean no account: 1" not in [each.label for each in hidden.expander]
    assert "Rows that mean no account: 1, shown where names are." in [
        each.value for each in hidden.markdown
    ]


@pytest.mark.parametrize(
    ("choice", "sentence"),
    [
        ({"team": ["Servise"]}, "There is no team called 'Servise'. Did you mean 'Service'?"),
        ({"seniority": ["boss"]}, "There is no seniority called 'boss'."),
        ({"period": "2026-05-01..2026-04-01"}, "before it starts"),
        ({"compare": "never"}, "There is no comparison called 'never'."),
        ({"names": "some"}, "There is no choice of names called 'some'."),
    ],
)
def test_a_choice_that_there_is_not_stops_with_a_sentence(
    demo: Path, choice: dict[str, str | list[str]], sentence: str
) -> None:
    app = visit("answers", **{"community": COMPANY, **choice})
    assert sentence in app.error[0].value
    assert 'data-metric="' not in html(app)
    assert any("Start again" in each.value for each in app.markdown)


@pytest.mark.parametrize("page", EVERY)
def test_without_a_store_a_page_says_how_to_make_one(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COP_DATA", str(tmp_path))
    app = visit(page)
    assert not app.exception
    told = " ".join([html(app), *(each.value for each in (*app.markdown, *app.code, *app.info))])
    assert (
        told.count("python -m cop_metrics demo") == told.count("python -m cop_metrics import") == 1
    )
    assert str(tmp_path) not in told
    assert ("Bring in an export below." in told) == (page == "data")
    assert bool(app.text_input) == (page == "data")


def test_the_record_of_the_member_in_the_address_stands_on_one_page(
    demo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = Store(demo).snapshot()
    choices = read_catalogue(snapshot.cursor)[COMPANY]
    allowed = replace(choices, individual_scores=True)
    monkeypatch.setattr("pages.parts.frame.read_catalogue", lambda _: {COMPANY: allowed})
    st.cache_resource.clear()
    scope = parse_scope({"community": [COMPANY]}, {COMPANY: allowed}, default_period=DEFAULT)
    best = (
        Measurer(cursor=snapshot.cursor, choices=allowed)
        .measure(EXHIBITS["members_known"], scope)
        .table.row(0, named=True)
    )
    [key] = members(snapshot.cursor, allowed, scope, best["name"])
    app = visit("record", community=COMPANY, member=key)
    st.cache_resource.clear()
    assert not app.exception
    assert alerts(app) == []
    assert f'<p class="cop-headline">{escape(best["name"])}</p>' in html(app)
    assert f"<dt>People helped</dt><dd><b>{best['helped']:,d}</b>" in html(app)
    assert f"<dt>Points</dt><dd><b>{best['points']:,d}</b>" in html(app)
    assert app.selectbox(key="member").value == key


def test_the_record_of_a_member_says_what_it_needs(demo: Path) -> None:
    hidden = visit("record", community=COMPANY, names="hidden")
    assert "who may see names" in hidden.info[0].value
    assert not hidden.get("dataframe")


def test_a_chart_that_fails_leaves_the_rest_standing(
    demo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pages.parts import frame, layout

    def fails(*_: object) -> None:
        raise ValueError("secret detail")

    monkeypatch.setattr(layout, "figure_of", fails)
    app = visit("status", community=COMPANY, period="last-month")
    assert not app.exception
    assert any("could not be shown" in each for each in alerts(app))
    assert not any("secret" in each for each in alerts(app))
    assert "The list behind" in html(app)
    assert frame.LOG.name == "cop_metrics.pages"


def test_what_an_address_says_is_shown_as_text_and_fetches_nothing(demo: Path) -> None:
    app = visit("overview", community=COMPANY, team="![x](https://outside.example/x.png)")
    assert "'!\\[x](https://outside.example/x.png)'" in app.error[0].value


def test_the_glossary_holds_every_number_and_finds_by_words(demo: Path) -> None:
    app = visit("glossary", community=COMPANY)
    for each in (*METRICS.values(), *EXHIBITS.values()):
        assert f'<article id="{each.id}"' in html(app)
    app.text_input(key="glossary-search").set_value("kaplan").run()
    assert '<article id="wait"' in html(app)
    assert '<article id="members"' not in html(app)


def test_the_glossary_tells_everything_of_every_metric(demo: Path) -> None:
    shown = html(visit("glossary", community=COMPANY))
    articles = dict(re.findall(r'<article id="(\w+)"(.*?)</article>', shown, re.DOTALL))
    for each in METRICS.values():
        article = articles[each.id]
        assert f"<i>{escape(each.question)}</i>" in article
        assert f"<p>{escape(each.description)}</p>" in article
        told = dict(re.findall(r"<p><b>([^<]+):</b> ([^<]+)</p>", article))
        assert told["Formula"] == escape(each.formula)
        assert told["Whose team and seniority the filters mean"] == escape(
            f"the {each.whose.value}'s"
        )
        assert told["After"] == escape(each.source)
        assert told["What others do differently"] == escape(each.peers)
        assert re.search(r"<summary>SQL</summary><pre[^>]*>[^<]*\bselect\b", article), each.id


def button(app: AppTest, label: str) -> Button:
    """Return the button with that label."""
    return next(each for each in app.button if each.label == label)


def test_an_import_that_fails_says_why_and_one_that_works_shows_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COP_DATA", str(tmp_path / "data"))
    app = visit("data")
    app.text_input(key="import-path").set_value(str(tmp_path / "missing.csv"))
    button(app, "Import").click().run()
    assert any("missing.csv" in each for each in alerts(app))
    export = tmp_path / "craft.csv"
    export.write_text(
        "post_id,thread_id,kind,created_at,author_id\nq1,t1,question,2026-01-01T10:00:00,ann\n"
        "a1,t1,answer,2026-01-01T12:00:00,bob\n"
    )
    app.text_input(key="import-path").set_value(str(export))
    button(app, "Look first").click().run()
    assert any(
        "'craft' would then have 1 question and 2 members." in each.value for each in app.code
    )
    button(app, "Discard it").click().run()
    assert not previewed(tmp_path / "data")
    button(app, "Look first").click().run()
    assert not Lake(tmp_path / "data").imports()
    button(app, "Import what was looked at").click().run()
    assert len(Lake(tmp_path / "data").imports()) == 1
    assert not app.exception
    assert "craft" in html(app)


def test_a_second_source_of_one_platform_is_named_on_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COP_DATA", str(tmp_path / "data"))
    export = tmp_path / "craft.csv"
    export.write_text(
        "post_id,thread_id,kind,created_at,author_id\nq1,t1,question,2026-01-01T10:00:00,ann\n"
    )
    take_in(tmp_path / "data", Request(path=export, community="craft"))
    app = visit("data")
    app.text_input(key="import-path").set_value(str(export))
    button(app, "Import").click().run()
    assert any("Choose the community that it belongs to" in each for each in alerts(app))
    app.selectbox(key="import-community").set_value("craft")
    app.text_input(key="import-source").set_value("second")
    button(app, "Import").click().run()
    assert alerts(app) == []
    assert [each.source for each in Lake(tmp_path / "data").imports()] == ["second", "spreadsheet"]


def test_the_data_page_tells_of_channels_and_of_what_the_settings_name_in_vain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, export = tmp_path / "data", tmp_path / "craft.csv"
    monkeypatch.setenv("COP_DATA", str(data))
    data.mkdir()
    (data / "settings.toml").write_text(
        '[communities.craft]\nquestion_channels = ["help"]\nnoise_channels = ["biulds"]\n[communities.Carft]\n'
    )
    export.write_text(
        "post_id,thread_id,kind,created_at,author_id,channel\nq1,t1,question,2026-01-01T10:00:00,ann,help\n"
        "q2,t2,question,2026-01-01T10:00:00,ann,builds\n"
    )
    take_in(data, Request(path=export, community="craft"))
    app = visit("data")
    assert any("is a question in: help." in each.value for each in app.markdown)
    told = " ".join(each.value for each in app.warning)
    assert "'biulds' (noise), which its data does not have. Did you mean 'builds'?" in told
    assert "no community called 'Carft'. Did you mean 'craft'?" in told


def test_what_was_left_out_begins_with_the_community_that_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COP_DATA", str(tmp_path / "data"))
    for name, year in (("Old", 2024), ("New", 2026)):
        export = tmp_path / f"{name}.csv"
        export.write_text(
            f"post_id,thread_id,kind,created_at,author_id\nq1,t1,question,{year}-01-01T10:00:00,ann\n"
            f"q2,t2,question,,ann\nq3,t3,question,1970-01-01,ann\n"
        )
        take_in(tmp_path / "data", Request(path=export, community=name))
    for community, other in (("Old", "New"), ("New", "Old")):
        tables = [each.value for each in visit("data", community=community).dataframe]
        for table in (each for each in tables if "File" in each):
            assert list(dict.fromkeys(table["Community"])) == [community, other]


def test_two_accounts_that_are_one_persons_with_a_third_are_each_taken_back_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COP_DATA", str(tmp_path / "data"))
    export = tmp_path / "craft.csv"
    export.write_text(
        "post_id,thread_id,kind,created_at,author_id\nq1,t1,question,2026-01-01T10:00:00,ann\n"
        "a1,t1,answer,2026-01-01T12:00:00,bob\na2,t1,answer,2026-01-01T13:00:00,cy\n"
    )
    take_in(tmp_path / "data", Request(path=export, community="craft"))
    ann, bob, cy = (f"spreadsheet:{name}" for name in ("ann", "bob", "cy"))
    aliases = [Alias("craft", ann, bob), Alias("craft", ann, cy)]
    change_aliases(tmp_path / "data", lambda _: aliases)
    app = visit("data")
    assert alerts(app) == []
    first, _ = (each for each in app.button if each.label == "Take back")
    first.click().run()
    assert alerts(app) == []
    assert read_aliases(tmp_path / "data") == (Alias("craft", ann, cy),)


def test_streamlit_finds_no_script_to_run_in_place_of_the_dashboard() -> None:
    """Else the first visitor of a fresh server who comes by a link to that page gets nothing."""
    assert [each.name for each in (PROJECT / "pages").glob("*.py")] == ["__init__.py"]
    fresh = """
import dashboard
from streamlit.runtime.pages_manager import PagesManager
assert "uses_pages_directory" in vars(PagesManager)
print(PagesManager("dashboard.py").uses_pages_directory, list(dashboard.SHOWN))
"""
    asked = [sys.executable, "-c", fresh]
    shown = subprocess.run(asked, cwd=PROJECT, capture_output=True, check=True, text=True)
    assert shown.stdout == f"False {list(EVERY)}\n"


def test_pages_hold_no_sql() -> None:
    for path in (PROJECT / "dashboard.py", *(PROJECT / "pages").rglob("*.py")):
        assert not re.search(
            r"\bselect\b.*\bfrom\b|\.sql\(\s*[\"'f]", path.read_text(), re.IGNORECASE
        ), path.name


@pytest.fixture
def behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a data folder whose settings changed since the store was built."""
    data, export = tmp_path / "data", tmp_path / "craft.csv"
    monkeypatch.setenv("COP_DATA", str(data))
    export.write_text(
        "post_id,thread_id,kind,created_at,author_id\nq1,t1,question,2026-01-01T10:00:00,ann\n"
    )
    take_in(data, Request(path=export, community="craft"))
    (data / "settings.toml").write_text("small_group = 6\n")
    return data


@pytest.mark.parametrize("page", EVERY)
def test_every_page_says_that_the_store_is_behind_and_goes_on(behind: Path, page: str) -> None:
    app = visit(page)
    assert not app.exception
    [told] = [each for each in alerts(app) if "behind" in each]
    assert told == (
        "The store is behind what was imported and set: 'python -m cop_metrics build' builds it. "
        "Until then the pages show what they showed before."
    )
    assert 'class="cop-headline"' in html(app)


def test_the_pages_say_that_the_store_is_being_built_and_no_more_once_it_is(behind: Path) -> None:
    with writer_lock(behind, what="build"):
        assert any("it is being built" in each for each in alerts(visit("overview")))
    rebuild(behind)
    assert not [each for each in alerts(visit("overview")) if "behind" in each]


def test_the_pages_say_why_the_store_cannot_be_compared(behind: Path) -> None:
    (behind / "settings.toml").write_text("smal_group = 6\n")
    [told] = [each for each in alerts(visit("overview")) if "small_group" in each]
    assert told.endswith("Until then the pages show what they showed before.")


def test_a_first_import_that_was_killed_is_told_where_there_is_nothing_to_show(
    behind: Path,
) -> None:
    (behind / "store" / "CURRENT").unlink()
    for page in ("overview", "data"):
        app = visit(page)
        assert not app.exception
        assert any("behind what was imported" in each for each in alerts(app))


def test_a_store_of_an_older_program_is_told_on_the_page(behind: Path) -> None:
    with duckdb.connect(Store(behind).path()) as store:
        store.execute("update meta set marts_digest = 'older'")
    app = visit("overview")
    assert not app.exception
    assert any(
        "another version of the program: run 'python -m cop_metrics build'" in each.value
        for each in app.info
    )


def test_many_sessions_are_answered_without_an_error(demo: Path) -> None:
    """Each looks at a page of its own choice, all at once."""
    asked = [
        (page, {"community": COMPANY, "team": [team]})
        for page in PAGES
        for team in ("Service", "Sales")
    ]
    with ThreadPoolExecutor(6) as sessions:
        answers = list(sessions.map(lambda each: visit(each[0], **each[1]), asked))
    assert not [each for each in answers if each.exception or alerts(each)]


@pytest.mark.slow
def test_very_many_sessions_are_answered_without_an_error(demo: Path) -> None:
    asked = [
        (page, {"community": community, "period": period})
        for page in PAGES
        for community in (COMPANY, "AI first months")
        for period in (
            "last-quarter",
            "last-12-months",
            "last-90-days",
            "all",
            "last-month",
            "last-30-days",
        )
    ] * 2
    with ThreadPoolExecutor(6) as sessions:  # of 20 at a time AppTest loses its own notes of a run
        answers = list(sessions.map(lambda each: visit(each[0], **each[1]), asked))
    assert len(answers) >= 125
    assert not [each for each in answers if each.exception]
