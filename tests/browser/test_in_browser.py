"""The dashboard in a real browser: each page wide and light, narrow and dark; filters, addresses and downloads."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cop_metrics.samples.company import COMPANY
from cop_metrics.show.pagebook import PAGES

pytestmark = pytest.mark.browser
expect = pytest.importorskip("playwright.sync_api").expect
SOON = 60_000
OTHERS = ("record", "reports", "data", "glossary")
WIDE, PHONE = (1440, "light"), (390, "dark")
FAILURES = "[data-testid=stException], [data-testid=stAlertContentError], [data-testid=stAlertContentWarning]"
Visits = Callable[..., Any]


def path_of(page: str) -> str:
    return "" if page == "overview" else page


def figure(page: Any, metric: str) -> Any:
    return page.locator(f"[data-metric={metric}] .cop-value")


def downloaded(page: Any, button: Any, to: Path) -> pl.DataFrame:
    expect(button).to_be_visible(timeout=SOON)
    with page.expect_download(timeout=SOON) as arriving:
        button.click()
    arriving.value.save_as(to)
    return pl.read_csv(to)


@pytest.mark.parametrize(("width", "scheme"), [WIDE, PHONE], ids=["wide-light", "phone-dark"])
@pytest.mark.parametrize("name", [*PAGES, *OTHERS])
def test_a_page_stands_without_failure_request_outside_or_sideways_scrolling(
    visits: Visits, name: str, width: int, scheme: str
) -> None:
    visit = visits(width, scheme)
    page = visit.open(path_of(name), community=COMPANY, period="last-quarter")
    expect(page.locator(".cop-headline").first).to_be_visible()
    expect(page.locator(FAILURES)).to_have_count(0)
    if name in PAGES:
        chart = page.locator(".js-plotly-plot .main-svg").first
        expect(chart).to_be_visible(timeout=SOON)
        colour = chart.locator("text").first.evaluate("text => getComputedStyle(text).fill")
        assert (max(map(int, re.findall(r"\d+", colour)[:3])) > 127) == (scheme == "dark")
    main = page.locator("[data-testid=stMain]")
    assert main.evaluate("main => main.scrollWidth <= main.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert visit.outside == []
    assert visit.refused == []


def test_a_filter_changes_a_figure_and_stays_from_page_to_page(visits: Visits) -> None:
    page = visits().open("answers", community=COMPANY, compare="nothing")
    before = figure(page, "questions").inner_text()
    page.get_by_role("combobox", name="Teams").click()
    page.get_by_role("option", name="Service", exact=True).click()
    expect(figure(page, "questions")).not_to_have_text(before, timeout=SOON)
    expect(page).to_have_url(re.compile("team=Service"))
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Participation").click()
    expect(page.locator(".cop-h1")).to_contain_text("Participation", timeout=SOON)
    expect(page.get_by_test_id("scope")).to_contain_text("Service")
    expect(page).to_have_url(re.compile("/participation.*team=Service"))
    page.get_by_role("link", name="Overview").click()
    expect(page.locator(".cop-h1")).to_contain_text("Overview", timeout=SOON)
    expect(page).to_have_url(re.compile("team=Service"))


def test_an_address_restores_the_view(visits: Visits) -> None:
    chosen = {
        "community": COMPANY,
        "period": "2026-02-03..2026-04-05",
        "compare": "nothing",
        "team": ["Sales", "Drives"],
    }
    page = visits().open("answers", **chosen)
    for text in (COMPANY, "Feb 3, 2026 – Apr 5, 2026", "Sales and Drives"):
        expect(page.get_by_test_id("scope")).to_contain_text(text)
    first = figure(page, "questions").inner_text()
    address = page.url
    page.goto("about:blank")
    page.goto(address)
    expect(figure(page, "questions")).to_have_text(first, timeout=SOON)
    expect(page).to_have_url(address)


def test_an_unknown_team_stops_in_words(visits: Visits) -> None:
    page = visits().open("answers", community=COMPANY, team="Servise")
    expect(
        page.get_by_text("There is no team called 'Servise'. Did you mean 'Service'?")
    ).to_be_visible()
    expect(page.locator("[data-metric]")).to_have_count(0)
    page.get_by_role("link", name="Start again").click()
    expect(page.locator("[data-metric]").first).to_be_visible(timeout=SOON)


def test_a_download_holds_the_rows_behind_the_number_on_its_card(
    visits: Visits, tmp_path: Path
) -> None:
    page = visits().open("answers", community=COMPANY, period="last-quarter")
    counted = re.search(r"n = ([\d,]+)", page.locator("[data-metric=answer_rate]").inner_text())
    rows = downloaded(
        page,
        page.get_by_role("button", name=re.compile("All rows as CSV")).first,
        tmp_path / "rows.csv",
    )
    assert counted
    assert rows.height == int(counted[1].replace(",", ""))
    assert rows.columns[:2] == ["Question", "Link"]
    waiting = downloaded(
        page, page.get_by_role("button", name="CSV", exact=True).first, tmp_path / "waiting.csv"
    )
    assert waiting.height == int(figure(page, "waiting_questions").inner_text())
    assert waiting.columns[:2] == ["Question", "Link"]


def test_a_report_arrives(visits: Visits, tmp_path: Path) -> None:
    page = visits().open("reports", community=COMPANY, period="last-quarter")
    button = page.get_by_role("button", name=re.compile("Download as"))
    expect(button).to_be_visible(timeout=SOON)
    with page.expect_download(timeout=SOON) as arriving:
        button.click()
    arriving.value.save_as(tmp_path / arriving.value.suggested_filename)
    assert (tmp_path / arriving.value.suggested_filename).stat().st_size > 1_000


def test_a_chart_has_its_text_and_its_table(visits: Visits) -> None:
    page = visits().open("status", community=COMPANY, period="last-quarter")
    expect(page.get_by_role("figure").first).to_have_attribute(
        "aria-label", re.compile(r"\w{3}"), timeout=SOON
    )
    tables = page.get_by_test_id("stDataFrame").count()
    page.get_by_text("Show as a table").first.click()
    expect(page.get_by_test_id("stDataFrame")).to_have_count(tables + 1, timeout=SOON)


def test_a_printed_page_has_no_sidebar(visits: Visits) -> None:
    page = visits().open("", community=COMPANY, period="last-quarter")
    expect(page.get_by_test_id("stSidebar")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()
    page.emulate_media(media="screen")


def test_the_first_visitor_of_a_fresh_server_may_come_to_any_page(fresh_visit: Any) -> None:
    page = fresh_visit.open("glossary")
    expect(page.locator(".cop-h1")).to_contain_text("Glossary")
    expect(page.get_by_test_id("stSidebarNav").get_by_role("link")).to_have_count(
        len(PAGES) + len(OTHERS)
    )
