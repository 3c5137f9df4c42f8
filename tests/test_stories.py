"""Each story planted in the made-up company is told by the page that is meant for it, in the numbers that the page shows."""

from pathlib import Path

import polars as pl
import pytest

from cop_metrics.access.catalogue import read_catalogue
from cop_metrics.access.scope import Scope, parse_scope
from cop_metrics.access.small_groups import EVERY
from cop_metrics.errors import CopError
from cop_metrics.measure.measurer import Measurer
from cop_metrics.metrics import METRICS
from cop_metrics.period import to_date
from cop_metrics.samples.company import ANSWER_BOT, COMPANY, NOTICE_BOT, STARTS_SOON, STORIES
from cop_metrics.samples.words import TEAMS
from cop_metrics.show.pagebook import page
from cop_metrics.show.record import record
from cop_metrics.show.summary import roster_fit
from cop_metrics.show.view import PageView, Viewer
from cop_metrics.store import Store

TWO_YEARS = "2024-10-01..2026-09-30"
UNTIL_SHE_LEAVES, AFTER_SHE_LEFT, UNDER_HER_SUCCESSOR = (
    "2024-10-01..2025-11-30",
    "2025-12-01..2026-03-31",
    "2026-04-01..2026-09-30",
)
STORY = {story.id: story for story in STORIES}
BOTS = ("Dockhand", "Tidewatch")


class Pages:
    """The pages over one store of the made-up company, each measured once for each scope."""

    def __init__(self, data: Path) -> None:
        snapshot = Store(data).snapshot()
        self.cursor = snapshot.cursor
        self.catalogue = read_catalogue(snapshot.cursor)
        self.choices = self.catalogue[COMPANY]
        self.measurer = Measurer(cursor=snapshot.cursor, choices=self.choices)
        self._viewer = Viewer(
            version=snapshot.version, cursor=snapshot.cursor, catalogue=self.catalogue
        )
        self._seen: dict[tuple[str, Scope], PageView] = {}

    def scope(
        self,
        period: str = TWO_YEARS,
        *,
        names: bool = True,
        compare: str = "nothing",
        **chosen: str,
    ) -> Scope:
        params = {
            "period": (period,),
            "compare": (compare,),
            **{key: (value,) for key, value in chosen.items()},
        }
        return parse_scope(params, self.catalogue, names=names)

    def view(self, page_id: str, scope: Scope) -> PageView:
        if (page_id, scope) not in self._seen:
            self._seen[page_id, scope] = self._viewer.page(page(page_id), scope)
        return self._seen[page_id, scope]

    def chart(self, page_id: str, chart: str, scope: Scope) -> pl.DataFrame:
        """Return the table of a chart, which the page must hold."""
        (found,) = (each for each in self.view(page_id, scope).charts if each.chart.id == chart)
        return found.table

    def group(self, page_id: str, chart: str, group: str, scope: Scope) -> dict[str, float]:
        """Return value, low and high of one group of a chart."""
        rows = self.chart(page_id, chart, scope).filter(pl.col("group") == group)
        return rows.select("value", "low", "high").row(0, named=True)

    def card(self, page_id: str, metric: str, scope: Scope) -> float | None:
        (found,) = (each for each in self.view(page_id, scope).cards if each.metric.id == metric)
        return found.figure.value

    def name(self, member: str) -> str:
        rows = self.cursor.execute(
            "select name from members where member = ?", [f"spreadsheet:{member}"]
        ).fetchall()
        return str(rows[0][0])


@pytest.fixture(scope="module")
def pages(demo_data: Path) -> Pages:
    return Pages(demo_data)


# --- story 1 ----------------------------------------------------------------------------------------------------------


def test_answers_page_wait_by_topic_hydraulics_waits_longer_once_its_expert_has_left(
    pages: Pages,
) -> None:
    """Not before April 2026, under her successor, does the wait come back to what it was."""
    before, gap, after = (
        pages.group("answers", "wait-by-topic", "hydraulics", pages.scope(period))
        for period in (UNTIL_SHE_LEAVES, AFTER_SHE_LEFT, UNDER_HER_SUCCESSOR)
    )
    assert gap["value"] > 3 * before["value"]
    assert gap["low"] > before["high"]
    assert gap["low"] > after["high"]


def test_answers_page_answer_rate_by_topic_hydraulics_is_answered_less_once_its_expert_has_left(
    pages: Pages,
) -> None:
    before, gap = (
        pages.group("answers", "answer_rate-by-topic", "hydraulics", pages.scope(period))
        for period in (UNTIL_SHE_LEAVES, AFTER_SHE_LEFT)
    )
    assert gap["high"] < before["low"]


def test_status_page_half_of_the_help_on_hydraulics_comes_from_one_person(pages: Pages) -> None:
    for period in (UNTIL_SHE_LEAVES, UNDER_HER_SUCCESSOR):
        assert (
            pages.card("status", "answer_concentration", pages.scope(period, topic="hydraulics"))
            == 1
        )
    assert (
        pages.card(
            "status", "answer_concentration", pages.scope(AFTER_SHE_LEFT, topic="hydraulics")
        )
        != 1
    )


def test_connections_page_hydraulics_is_the_one_topic_that_hangs_on_one_person_her_successor(
    pages: Pages,
) -> None:
    hanging = pages.chart("connections", "hanging_topics", pages.scope())
    assert hanging["topic"].to_list() == ["hydraulics"]
    assert hanging["helper_name"].to_list() == [
        pages.name(STORY["hangs-on-one-expert"].members["successor"][0])
    ]
    likely = pages.chart("connections", "likely_to_know", pages.scope(topic="hydraulics"))
    assert likely["name"][0] == hanging["helper_name"][0]


# --- story 2 ----------------------------------------------------------------------------------------------------------


def test_overview_page_reading_rate_all_juniors_in_service_read(pages: Pages) -> None:
    rate = pages.group(
        "overview", "reading_rate-by-seniority", "junior", pages.scope(team="Service")
    )
    assert rate["value"] == 1
    assert rate["low"] > 0.85


def test_status_page_juniors_silent_none_of_the_juniors_in_service_asks(pages: Pages) -> None:
    """Silent are as many as there are; in every other team nearly all juniors ask."""
    silent = pages.chart("status", "juniors_silent-by-team", pages.scope())
    in_service = pages.scope(team="Service", seniority="junior")
    juniors = pages.measurer.listed(METRICS["contributor_rate"], in_service).rows.height
    by_team = dict(silent.select("group", "value").rows())
    assert by_team["Service"] >= juniors > 20
    assert all(by_team.get(team, 0) < by_team["Service"] / 3 for team in TEAMS if team != "Service")


def test_participation_page_people_by_act_juniors_in_service_only_read_or_comment(
    pages: Pages,
) -> None:
    acts = pages.chart(
        "participation", "people_by_act", pages.scope(team="Service", seniority="junior")
    )
    assert "asked" not in acts["did"].to_list()
    assert acts.filter(did="only read or reacted")["people"].sum() > 200


def test_inspiration_page_reading_juniors_asking_those_of_service_read_and_do_not_ask(
    pages: Pages,
) -> None:
    """In every other team most of the juniors who read ask too; those of Service read more than twice as much as any."""
    chart = "reading_juniors_asking-by-team"
    service = pages.group("inspiration", chart, "Service", pages.scope())
    assert (service["value"], service["high"] < 0.15) == (0, True)
    others = [
        pages.group("inspiration", chart, team, pages.scope())
        for team in TEAMS
        if team != "Service"
    ]
    assert all(other["low"] > service["high"] for other in others)
    reads = pages.chart("inspiration", "learning_from_seniors-by-team", pages.scope())
    by_team = dict(reads.select("group", "sample_size").rows())
    assert by_team["Service"] > max(by_team[team] for team in TEAMS if team != "Service") * 2


def test_inspiration_page_read_to_ask_no_junior_of_service_comes_to_ask(pages: Pages) -> None:
    in_service = pages.scope(team="Service", seniority="junior")
    assert pages.card("inspiration", "read_to_ask_90d", in_service) == 0
    curve = pages.chart("inspiration", "read_to_ask", in_service)
    assert curve["share"].max() == 0
    assert curve["at_risk"].max() >= 5
    assert (
        pages.card(
            "inspiration", "read_to_ask_90d", pages.scope(team="Controls", seniority="junior")
        )
        or 0
    ) > 0.5


# --- story 3 ----------------------------------------------------------------------------------------------------------


def test_connections_page_help_by_team_sales_is_helped_by_all_teams_and_helps_none(
    pages: Pages,
) -> None:
    helps = pages.chart("connections", "help_by_team", pages.scope())
    assert helps.filter(helper_team="Sales")["helps"].sum() == 0
    to_sales = helps.filter(asker_team="Sales")
    assert set(TEAMS) - {"Sales"} <= set(to_sales["helper_team"])
    assert to_sales["helps"].sum() > 200
    (matrix,) = (
        each
        for each in pages.view("connections", pages.scope()).charts
        if each.chart.id == "help_by_team"
    )
    assert matrix.finding is not None
    assert (
        f"Sales got {to_sales.filter(pl.col('helper_team') != 'Unknown')['helps'].sum():,} helps and gave none."
        in matrix.finding
    )


# --- story 4 ----------------------------------------------------------------------------------------------------------


def test_answers_page_wait_by_team_software_waits_under_an_hour_and_controls_overnight(
    pages: Pages,
) -> None:
    waits = {team: pages.group("answers", "wait-by-team", team, pages.scope()) for team in TEAMS}
    assert waits["Software"]["high"] < 1
    assert all(
        waits["Software"]["high"] < wait["low"]
        for team, wait in waits.items()
        if team != "Software"
    )
    assert 12 < waits["Controls"]["low"] < waits["Controls"]["value"] < 24


def test_answers_page_answered_within_1_hour_software_mostly_and_controls_hardly_ever(
    pages: Pages,
) -> None:
    rates = pages.measurer.measure(METRICS["answer_rate_1h"], pages.scope(), "team").table
    low, high = ({row["group"]: row[side] for row in rates.to_dicts()} for side in ("low", "high"))
    assert low["Software"] > max(high[team] for team in TEAMS if team != "Software")
    assert high["Controls"] < min(low[team] for team in TEAMS if team != "Controls")
    rates_by_month = "answer_rate_1h-answer_rate_24h-answer_rate-answer_rate_30d-by-month"
    by_month = pages.chart("answers", rates_by_month, pages.scope(team="Controls"))
    within_1_hour = by_month.filter(series=METRICS["answer_rate_1h"].title)["value"].drop_nulls()
    assert len(within_1_hour) == 24
    assert within_1_hour.max() < 0.1


# --- story 5 ----------------------------------------------------------------------------------------------------------

BEFORE_BUDDIES, WITH_BUDDIES = "2025-01-01..2025-08-31", "2025-09-01..2026-09-30"


@pytest.mark.parametrize("metric", ["newcomers_first_answered", "newcomers_came_back"])
def test_answers_page_newcomers_are_answered_and_come_back_more_often_since_they_have_buddies(
    pages: Pages, metric: str
) -> None:
    before, since = (
        pages.measurer.figure(METRICS[metric], pages.scope(period))
        for period in (BEFORE_BUDDIES, WITH_BUDDIES)
    )
    assert before.interval
    assert since.interval
    assert before.interval.high < since.interval.low


def test_answers_page_newcomers_by_quarter_the_quarters_before_and_since_lie_apart(
    pages: Pages,
) -> None:
    """The scheme began in the third quarter of 2025, which is of both kinds."""
    quarters = pages.chart("answers", "newcomers_by_quarter", pages.scope())
    for number in ("answered within 7 days", "came back"):
        own = quarters.filter(number=number)
        before = own.filter(pl.col("month") < pl.date(2025, 7, 1))["share"].max()
        since = own.filter(pl.col("month") >= pl.date(2025, 10, 1))["share"].min()
        assert isinstance(before, float)
        assert isinstance(since, float)
        assert before < since


def test_answers_page_newcomers_back_is_silent_as_the_scheme_and_not_the_answer_was_planted(
    pages: Pages,
) -> None:
    """All together those answered came back more often; of those who joined in the same quarters they did not."""
    back = [
        pages.measurer.figure(METRICS[f"newcomers_{which}_came_back"], pages.scope()).value
        for which in ("answered", "unanswered")
    ]
    assert (round(back[0] or 0, 2), round(back[1] or 0, 2)) == (0.55, 0.38)
    (found,) = (
        each
        for each in pages.view("answers", pages.scope()).charts
        if each.chart.id == "newcomers_back"
    )
    answered, unanswered = found.table.sort("first_question").rows(named=True)
    assert answered["share"] < unanswered["share"]
    assert answered["high"] > unanswered["low"]
    assert found.finding is None


# --- story 6 ----------------------------------------------------------------------------------------------------------


def test_status_page_seniors_silent_all_six_seniors_of_sales_never_helped(pages: Pages) -> None:
    silent = dict(
        pages.chart("status", "seniors_silent-by-team", pages.scope())
        .select("group", "value")
        .rows()
    )
    assert silent["Sales"] == 6
    helping = {
        team: pages.group("status", "seniors_helping-by-team", team, pages.scope())
        for team in TEAMS
    }
    assert helping["Sales"]["value"] == 0
    assert all(
        helping[team]["low"] > helping["Sales"]["high"]
        for team in TEAMS
        if team not in ("Sales", "Controls")
    )


def test_status_page_seniors_silent_the_six_are_enough_to_be_shown_without_names(
    pages: Pages,
) -> None:
    without_names = pages.chart("status", "seniors_silent-by-team", pages.scope(names=False))
    assert without_names.filter(group="Sales")["value"].to_list() == [6]


def test_status_page_levels_one_junior_in_structures_has_become_an_expert(pages: Pages) -> None:
    juniors = {"team": "Structures", "seniority": "junior"}
    now = dict(
        pages.chart("status", "levels", pages.scope(**juniors))
        .select("level_name", "people")
        .rows()
    )
    assert now["Expert"] == 1
    then = pages.chart("status", "levels", pages.scope("2024-10-01..2025-03-31", **juniors))
    assert "Expert" not in then["level_name"].to_list()
    by_month = pages.chart("status", "levels_over_time", pages.scope(**juniors)).filter(
        level_name="Expert"
    )
    assert by_month["people"].to_list() == [1] * by_month.height
    assert by_month.height >= 3


def test_status_page_rising_the_junior_in_structures_is_named(pages: Pages) -> None:
    (riser,) = STORY["silent-seniors-and-a-rising-junior"].members["rising junior"]
    rising = pages.chart("status", "rising", pages.scope("last-12-months", compare="before"))
    row = rising.filter(name=pages.name(riser)).row(0, named=True)
    assert (row["team"], row["seniority"], row["kind"]) == ("Structures", "junior", "rising")
    assert row["at_least"] > 0


def test_status_page_members_known_and_record_tell_of_the_junior_who_is_an_expert(
    pages: Pages,
) -> None:
    (riser,) = STORY["silent-seniors-and-a-rising-junior"].members["rising junior"]
    scope = pages.scope("last-12-months")
    row = (
        pages.chart("status", "members_known", scope)
        .filter(name=pages.name(riser))
        .row(0, named=True)
    )
    assert (row["seniority"], row["level_name"], row["tendency"]) == (
        "junior",
        "Expert",
        "mostly helps",
    )
    found = record(pages.cursor, pages.choices, scope, f"spreadsheet:{riser}")
    assert found.name == pages.name(riser)
    assert found.about["Level"] == "Expert"
    assert found.levels["Level"].to_list()[-1] == "Expert"
    assert found.numbers["People helped"] == f"{row['helped']:,d}"


def test_status_page_level_paths_the_junior_went_up_to_expert(pages: Pages) -> None:
    juniors = pages.chart(
        "status", "level_paths", pages.scope(team="Structures", seniority="junior")
    )
    assert juniors.filter(after="Expert")["people"].to_list() == [1]
    assert juniors.filter(before="Expert").is_empty()


def test_status_page_members_known_none_of_the_silent_seniors_is_among_them(pages: Pages) -> None:
    silent = STORY["silent-seniors-and-a-rising-junior"].members["silent seniors"]
    known = (
        pages.chart("status", "members_known", pages.scope())
        .filter(pl.col("helped") > 0)["name"]
        .to_list()
    )
    assert silent
    assert not {pages.name(member) for member in silent} & set(known)


# --- story 7 ----------------------------------------------------------------------------------------------------------


def test_answers_page_topics_sensor_drift_lacks_help_and_bolt_torque_has_plenty(
    pages: Pages,
) -> None:
    topics = pages.chart("answers", "topics", pages.scope())
    many, few = (
        topics.filter(topic=topic).row(0, named=True) for topic in STORY["quadrants"].topics
    )
    middle = topics.select(pl.col("questions", "helps_per_question").median()).row(0, named=True)
    assert many["questions"] > 2 * middle["questions"]
    assert many["helps_per_question"] < middle["helps_per_question"] / 2
    assert few["questions"] < middle["questions"] / 2
    assert few["helps_per_question"] > 2 * middle["helps_per_question"]
    assert (many["action"], few["action"]) == (
        "find an expert or research it",
        "write guidance or an FAQ",
    )
    to_act_on = pages.chart("answers", "topics_to_act_on", pages.scope())
    assert set(STORY["quadrants"].topics) <= set(to_act_on["topic"])


def test_answers_page_answer_rate_by_topic_sensor_drift_is_answered_least_of_all(
    pages: Pages,
) -> None:
    rates = pages.chart("answers", "answer_rate-by-topic", pages.scope())
    drift = rates.filter(group="sensor-drift")["high"].item()
    assert (
        drift
        < rates.filter(pl.col("group") != "sensor-drift", pl.col("sample_size") >= 30)["low"].min()
    )


# --- story 8 ----------------------------------------------------------------------------------------------------------


def test_answers_page_cards_the_bot_answers_no_question(pages: Pages) -> None:
    """It replies to every question within a second: counted, all rates would be 100 % and the wait 0."""
    scope = pages.scope()
    for rate in ("answer_rate", "ever_answered"):
        assert 0.7 < (pages.card("answers", rate, scope) or 0) < 0.85
    assert (pages.card("answers", "wait", scope) or 0) > 1


def test_participation_page_lists_no_bot_is_among_the_people(pages: Pages) -> None:
    scope = pages.scope()
    (contributors,) = pages.view("participation", scope).lists
    assert contributors.rows.height > 250
    (riser,) = STORY["silent-seniors-and-a-rising-junior"].members["rising junior"]
    for metric in ("contributors", "members", "active", "answerers", "answers", "helps"):
        rows = pages.measurer.listed(METRICS[metric], scope).rows
        people = {str(cell) for column in rows.select(pl.col(pl.String)) for cell in column}
        assert pages.name(riser) in people, metric
        assert not people & set(BOTS), metric
    members = {
        str(member)
        for (member,) in pages.cursor.sql("select distinct member from posts").fetchall()
    }
    assert not members & {f"spreadsheet:{bot}" for bot in (ANSWER_BOT, NOTICE_BOT)}


# --- what is amiss ----------------------------------------------------------------------------------------------------


def test_every_page_the_last_12_months_are_compared_with_the_12_before(pages: Pages) -> None:
    scope = pages.scope("last-12-months", compare="before")
    assert (str(scope.period.first), str(scope.period.last)) == ("2025-10-01", "2026-09-30")
    assert scope.compare is not None
    assert (str(scope.compare.first), str(scope.compare.last)) == ("2024-10-01", "2025-09-30")
    assert str(to_date(pages.choices.as_of_day)) == "2026-10-01"
    assert pages.view("answers", scope).scan.compared > 100


def test_answers_page_by_team_askers_whom_the_roster_forgot_are_a_group_of_their_own(
    pages: Pages,
) -> None:
    unknown = pages.chart("answers", "answer_rate-by-team", pages.scope()).filter(group="Unknown")
    assert 3 <= unknown["sample_size"].item() <= 30


def test_data_page_one_row_of_the_roster_means_no_account(pages: Pages) -> None:
    fit = roster_fit(pages.cursor, COMPANY)
    assert fit is not None
    assert len(fit.unmatched) == 1
    assert STARTS_SOON not in str(fit.unmatched)


def test_every_page_the_three_seniors_of_controls_are_not_shown_without_names(pages: Pages) -> None:
    controls = {"team": "Controls", "seniority": "senior"}
    assert pages.card("status", "helpers_and_up", pages.scope(**controls)) is not None
    with pytest.raises(CopError, match="too small a group to be shown without names"):
        pages.scope(names=False, **controls)
    hidden = pages.choices.small_groups.hidden
    assert ("Controls", "senior") in hidden
    assert ("Sales", "senior") not in hidden
    assert not [cell for cell in hidden if cell[0] == EVERY]
    pages.scope(names=False, team="Sales", seniority="senior")
