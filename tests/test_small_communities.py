"""Every page of communities that lack something: it stands, draws what there is, and says in a sentence why the rest is empty."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from communities import Community, days_later, plus

from cop_metrics import words
from cop_metrics.access.catalogue import read_catalogue
from cop_metrics.access.scope import parse_scope
from cop_metrics.build.intake import rebuild
from cop_metrics.lake.lake import Lake
from cop_metrics.metrics import EXHIBITS
from cop_metrics.reasons import nothing
from cop_metrics.show.pagebook import PAGES, Page
from cop_metrics.show.parts import FAILED
from cop_metrics.show.view import PageView, Viewer
from cop_metrics.store import Store

SINCE, UNTIL = "2025-06-01 00:00", "2026-06-30 12:00"
FIRST_DAY = "2025-10-01"
RAW_KEY = re.compile(r"\b[a-z]+_[a-z_]+\b|\bNone\b(?! of )|\bnan\b")
TEAMS = ("Red", "Blue")
ODD_TEAMS = (
    "Research and Development for Autonomous Harbour Logistics (Europe and Middle East)",
    "🚀 Rockets",
    "فريق الهندسة",
    "<b>Bold</b>",
    "[x](http://outside.example)",
    "=1+1",
    *(f"Team number {number}" for number in range(54)),
)
Tell = Callable[[], Community]


def lively(
    name: str,
    *,
    teams: tuple[str, ...] = TEAMS,
    topics: int = 4,
    people: int = 12,
    questions: int = 60,
    reads: bool = True,
    reactions: bool = True,
) -> Community:
    """Return a community in which each question is asked, and most answered, by the next in the row."""
    told = Community(name)
    names = [told.member(f"Person {number}", joined=SINCE) for number in range(people)]
    for number, who in enumerate(names[: people if teams else 0]):
        told.works(who, teams[number % len(teams)], ("junior", "mid", "senior")[number % 3])
    for number in range(questions):
        asker, helper, reader = (names[(number * step + step) % people] for step in (1, 5, 7))
        asked = f"{days_later(FIRST_DAY, number * 270 // questions)} 09:00"
        question = told.ask(asker, asked, topics=(f"topic {number % topics}",) if topics else ())
        if number % 4 and helper != asker:
            answer = told.answer(
                question, helper, plus(asked, hours=number % 30 + 1), accepted=number % 3 == 0
            )
            if reactions:
                told.react(answer, asker, plus(asked, hours=40))
        if reads:
            told.read(question, reader, days_later(asked[:10], 2))
    return told


def nobody_asks() -> Community:
    told = Community("nobody asks")
    told.answer("lost thread", "Ann", "2026-03-01 10:00", kind="message")
    return told


def one_question() -> Community:
    told = Community("one question")
    told.ask("Ann", "2026-06-01 10:00", topics=("glue",))
    return told


def reads_as_totals() -> Community:
    told = lively("reads as totals", reads=False)
    for thread in told.rows["thread"]:
        told.read(str(thread["thread"]), None, None, reads=9)
    return told


COMMUNITIES: dict[str, Tell] = {
    "nobody asks": nobody_asks,
    "one question": one_question,
    "no roster": lambda: lively("no roster", teams=()),
    "no reads": lambda: lively("no reads", reads=False),
    "no reactions": lambda: lively("no reactions", reactions=False),
    "reads as totals": reads_as_totals,
    "many topics": lambda: lively("many topics", topics=300, questions=600),
    "many teams": lambda: lively("many teams", teams=ODD_TEAMS, people=120, questions=240),
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small") / "data"
    lake = Lake(folder)
    for tell in COMMUNITIES.values():
        told = tell()
        told.export(lake, since=SINCE, until=UNTIL)
        told.hand_over_roster(lake)
    (folder / "settings.toml").write_text("individual_scores = true\n")
    rebuild(folder)
    return folder


@pytest.fixture(scope="module")
def viewer(data: Path) -> Viewer:
    snapshot = Store(data).snapshot()
    return Viewer(version=1, cursor=snapshot.cursor, catalogue=read_catalogue(snapshot.cursor))


def seen(viewer: Viewer, page: Page, community: str, *, names: bool) -> PageView:
    asked = {"community": [community], "period": ["last-12-months"]}
    return viewer.page(page, parse_scope(asked, viewer.catalogue, names=names))


def sentences(view: PageView) -> Iterator[str]:
    """Yield what a page says in words beside its figures."""
    yield from (*view.headline, *view.small_print)
    yield from (remark for card in view.cards for remark in card.remarks)
    for shown in (*view.charts, *view.lists):
        yield from [words.sentence(shown.reason)] if shown.reason else []
    for chart in view.charts:
        yield from (chart.title, chart.summary, chart.finding or "")


def test_every_exhibit_has_its_sentence_for_when_it_is_empty() -> None:
    empty = [exhibit.empty for exhibit in EXHIBITS.values()]
    assert all(empty)
    assert not any(each.endswith(".") or each[0].isupper() for each in empty)


@pytest.mark.parametrize("names", [True, False], ids=["names", "no names"])
@pytest.mark.parametrize("page", PAGES.values(), ids=list(PAGES))
@pytest.mark.parametrize("community", COMMUNITIES)
def test_a_page_stands_and_says_why_what_is_empty_is_empty(
    viewer: Viewer, community: str, page: Page, names: bool
) -> None:
    look_of = pytest.importorskip("cop_metrics.show.charts").LIGHT.for_groups
    view = seen(viewer, page, community, names=names)
    look = look_of(teams=view.choices.teams, seniorities=view.choices.seniorities)
    assert view.headline
    for chart in view.charts:
        assert chart.note != FAILED, chart.title
        if chart.reason:
            assert words.sentence(chart.reason).endswith("."), chart.title
        else:
            assert chart.table.height, chart.title
            figure = chart.draw(look, view.choices.targets) if chart.drawn else None
            assert figure is None or figure.layout.meta["description"], chart.title
    for listing in view.lists:
        assert listing.note != FAILED
        assert listing.rows.height or words.sentence(listing.reason or nothing("")).endswith(".")
    for card in view.cards:
        assert card.figure.value is not None or card.remarks, card.metric.id
    assert not [each for each in sentences(view) if RAW_KEY.search(each)]


@pytest.mark.parametrize("page", [*PAGES, "record", "reports", "data", "glossary"])
def test_pages_of_a_community_in_which_nobody_asks_show_without_failing(
    data: Path, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    pytest.importorskip("streamlit")
    from test_pages import alerts, html, visit

    monkeypatch.setenv("COP_DATA", str(data))
    app = visit(page, community="nobody asks")
    assert not app.exception
    assert alerts(app) == []
    assert 'class="cop-headline"' in html(app)
