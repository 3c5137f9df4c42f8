"""A worked example for each number of newcomers' first questions: every clause of who counts, and of what coming back is."""

from pathlib import Path

import pytest
from communities import Community, at, days_later, plus

from cop_metrics.metrics import EXHIBITS

SINCE = "2026-01-01 00:00"
JOINED = "2026-05-01 09:00"
ASKED = "2026-05-02 12:00"
LATER = "2026-12-01 12:00"


def newcomer(
    craft: Community,
    name: str,
    *,
    answered: bool = True,
    back_after: float | None = None,
    joined: str = JOINED,
    asked: str = ASKED,
) -> str:
    """Tell of one who joins and asks, answered after a day or not, and who posts in another thread so many days later."""
    craft.member(name, joined=joined)
    question = craft.ask(name, asked)
    if answered:
        craft.answer(question, "bo", plus(asked, days=1))
    if back_after is not None:
        craft.answer("q1", name, plus(asked, days=back_after), kind="comment")
    return question


@pytest.fixture
def craft() -> Community:
    """Return a community in which bo, there from the start, asked the question q1 long ago."""
    craft = Community()
    craft.ask("bo", "2026-01-02 10:00")
    return craft


def test_newcomers_first_answered_is_the_share_helped_within_7_days(
    craft: Community, tmp_path: Path
) -> None:
    """One is answered after a day, one after 8 days, one by nobody; bo was there before, and is no newcomer."""
    newcomer(craft, "ana")
    craft.answer(newcomer(craft, "ben", answered=False), "bo", plus(ASKED, days=8))
    newcomer(craft, "cat", answered=False)
    told = craft.tell(tmp_path, since=SINCE, until=LATER)
    figure = told.figure("newcomers_first_answered")
    assert (figure.value, figure.sample_size) == (pytest.approx(1 / 3), 3)
    assert sorted(told.listed("newcomers_first_answered")["Asked by"]) == ["ana", "ben", "cat"]


def test_newcomers_first_answered_leaves_out_the_young_and_what_was_withdrawn_early(
    craft: Community, tmp_path: Path
) -> None:
    newcomer(craft, "ana")
    newcomer(
        craft, "young", joined=plus(LATER, days=-9), asked=plus(LATER, days=-6), answered=False
    )
    craft.member("ben", joined=JOINED)
    craft.ask("ben", ASKED, closed_at=at(plus(ASKED, days=2)))
    figure = craft.tell(tmp_path, since=SINCE, until=LATER).figure("newcomers_first_answered")
    assert (figure.value, figure.sample_size) == (1, 1)


def test_newcomers_first_answered_is_of_those_whose_first_post_is_a_question(
    craft: Community, tmp_path: Path
) -> None:
    """Ana commented before she asked; ben's comment came later; cat only ever answered; a second question is no first."""
    craft.member("ana", joined=JOINED)
    craft.answer("q1", "ana", plus(ASKED, hours=-1), kind="comment")
    craft.ask("ana", ASKED)
    newcomer(craft, "ben")
    craft.answer("q1", "ben", plus(ASKED, hours=1), kind="comment")
    craft.ask("ben", plus(ASKED, days=20))
    craft.member("cat", joined=JOINED)
    craft.answer("q1", "cat", ASKED)
    told = craft.tell(tmp_path, since=SINCE, until=LATER)
    assert told.listed("newcomers_first_answered")["Asked by"].to_list() == ["ben"]


@pytest.mark.parametrize(("days", "counted"), [(0, 1), (90, 1), (91, 0)])
def test_newcomers_first_answered_asks_within_90_days_of_joining(
    craft: Community, tmp_path: Path, days: int, counted: int
) -> None:
    newcomer(craft, "ana", asked=f"{days_later('2026-05-01', days)} 12:00")
    told = craft.tell(tmp_path, since=SINCE, until=LATER)
    assert told.figure("newcomers_first_answered").sample_size == counted


@pytest.mark.parametrize(("days", "counted"), [(89, 0), (90, 1)])
def test_newcomers_first_answered_needs_90_days_of_data_before_joining(
    craft: Community, tmp_path: Path, days: int, counted: int
) -> None:
    """Who joins at the edge of the export may have posted before it begins."""
    joined = days_later("2026-01-01", days)
    newcomer(craft, "ana", joined=f"{joined} 09:00", asked=f"{joined} 12:00")
    told = craft.tell(tmp_path, since=SINCE, until=LATER)
    assert told.figure("newcomers_first_answered").sample_size == counted


def test_newcomers_first_answered_goes_by_team_and_seniority_at_the_time_roster_or_not(
    craft: Community, tmp_path: Path
) -> None:
    newcomer(craft, "ana")
    newcomer(craft, "stranger", answered=False)
    craft.works("ana", "Red", "junior", until="2026-06-01")
    craft.works("ana", "Blue", "mid", since="2026-06-01")
    told = craft.tell(tmp_path, since=SINCE, until=LATER)
    assert told.split("newcomers_first_answered", "team") == {"Red": 1, "Unknown": 0}
    assert told.split("newcomers_first_answered", "seniority") == {"junior": 1, "Unknown": 0}


@pytest.mark.parametrize(
    ("back_after", "came_back"),
    [(None, [False]), (6.99, []), (7, [True]), (97, [True]), (97.01, [False])],
    ids=["never", "before day 7", "on day 7", "on day 97", "after day 97"],
)
def test_newcomers_came_back_on_days_7_to_97_and_not_before(
    craft: Community, tmp_path: Path, back_after: float | None, came_back: list[bool]
) -> None:
    """Who is back before the question is 7 days old was not brought back by what became of it: in no share."""
    newcomer(craft, "ana", back_after=back_after)
    rows = craft.tell(tmp_path, since=SINCE, until=LATER).listed("newcomers_came_back")
    assert rows.get_column("Newcomers who came back").to_list() == came_back


def test_newcomers_came_back_means_to_another_thread(craft: Community, tmp_path: Path) -> None:
    question = newcomer(craft, "ana")
    craft.answer(question, "ana", plus(ASKED, days=3), kind="comment")
    craft.answer(question, "ana", plus(ASKED, days=20), kind="comment")
    figure = craft.tell(tmp_path, since=SINCE, until=LATER).figure("newcomers_came_back")
    assert (figure.value, figure.sample_size) == (0, 1)


def test_newcomers_came_back_after_a_withdrawn_question_too(
    craft: Community, tmp_path: Path
) -> None:
    """A question closed after a day is neither answered nor not; whoever asked it is back on day 20 all the same."""
    newcomer(craft, "ana", answered=False, back_after=20)
    craft.rows["thread"][-1]["closed_at"] = at(plus(ASKED, days=1))
    told = craft.tell(tmp_path, since=SINCE, until=LATER)
    assert (told.value("newcomers_came_back"), told.value("newcomers_unanswered_came_back")) == (
        1,
        None,
    )
    assert told.table("newcomers_back").is_empty()


def test_newcomers_came_back_with_a_deleted_answer_did_not(
    craft: Community, tmp_path: Path
) -> None:
    newcomer(craft, "ana")
    craft.answer("q1", "ana", plus(ASKED, days=20), deleted_at=at(plus(ASKED, days=21)))
    assert craft.tell(tmp_path, since=SINCE, until=LATER).value("newcomers_came_back") == 0


@pytest.mark.parametrize(("age", "counted"), [(97, 1), (96.99, 0)])
def test_newcomers_came_back_is_not_told_before_97_days(
    craft: Community, tmp_path: Path, age: float, counted: int
) -> None:
    newcomer(craft, "ana", back_after=10)
    told = craft.tell(tmp_path, since=SINCE, until=plus(ASKED, days=age))
    assert told.figure("newcomers_came_back").sample_size == counted


def several(
    craft: Community, *, answered: int, back: int, unanswered: int, unanswered_back: int
) -> None:
    for number in range(answered):
        newcomer(craft, f"answered {number}", back_after=10 if number < back else None)
    for number in range(unanswered):
        after = 10 if number < unanswered_back else None
        newcomer(craft, f"unanswered {number}", answered=False, back_after=after)


def test_newcomers_answered_came_back_is_a_share_of_those_answered_only(
    craft: Community, tmp_path: Path
) -> None:
    several(craft, answered=4, back=3, unanswered=5, unanswered_back=1)
    told = craft.tell(tmp_path, since=SINCE, until=LATER)
    assert (
        told.value("newcomers_answered_came_back"),
        told.figure("newcomers_answered_came_back").sample_size,
    ) == (
        0.75,
        4,
    )
    assert told.value("newcomers_came_back") == pytest.approx(4 / 9)


def test_newcomers_unanswered_came_back_is_a_share_of_the_others(
    craft: Community, tmp_path: Path
) -> None:
    several(craft, answered=4, back=3, unanswered=5, unanswered_back=1)
    told = craft.tell(tmp_path, since=SINCE, until=LATER)
    figure = told.figure("newcomers_unanswered_came_back")
    assert (figure.value, figure.sample_size) == (0.2, 5)


def finding(craft: Community, folder: Path) -> str | None:
    told = craft.tell(folder, since=SINCE, until=LATER)
    return told.measurer.measure(EXHIBITS["newcomers_back"], told.scope()).finding


def test_newcomers_back_says_more_often_where_that_is_beyond_noise(
    craft: Community, tmp_path: Path
) -> None:
    """5 of 5 against 0 of 5: Wilson's intervals are .5655 to 1 and 0 to .4345."""
    several(craft, answered=5, back=5, unanswered=5, unanswered_back=0)
    table = craft.tell(tmp_path, since=SINCE, until=LATER).table("newcomers_back")
    assert table.rows() == [
        ("answered within 7 days", 1, pytest.approx(0.5655, abs=1e-4), 1, 5, 5),
        ("not answered", 0, 0, pytest.approx(0.4345, abs=1e-4), 0, 5),
    ]
    assert finding(craft, tmp_path) == (
        "Of newcomers who joined in the same quarters, those whose first question was answered came back more often: "
        "100 % against 0 %."
    )


@pytest.mark.parametrize(
    ("answered", "back", "unanswered", "unanswered_back"),
    [(4, 3, 5, 1), (3, 3, 0, 0), (3, 1, 3, 1)],
    ids=["within noise", "none unanswered", "alike"],
)
def test_newcomers_back_is_silent_within_noise(
    craft: Community,
    tmp_path: Path,
    answered: int,
    back: int,
    unanswered: int,
    unanswered_back: int,
) -> None:
    several(
        craft, answered=answered, back=back, unanswered=unanswered, unanswered_back=unanswered_back
    )
    assert finding(craft, tmp_path) is None


def test_newcomers_back_says_less_often_where_that_is_so(craft: Community, tmp_path: Path) -> None:
    several(craft, answered=6, back=0, unanswered=6, unanswered_back=6)
    assert finding(craft, tmp_path) == (
        "Of newcomers who joined in the same quarters, those whose first question was answered came back less often: "
        "0 % against 100 %."
    )


def test_newcomers_back_compares_those_who_joined_in_the_same_quarter(
    craft: Community, tmp_path: Path
) -> None:
    """Nearly all who join in July come back and are answered; of those of April few are, and the unanswered come back more.

    April: 1 of 5 answered, 5 of 20 not. July: 16 of 20 answered, 5 of 5 not. Taken together 17 of 25 against 10 of 25; within
    the quarters, which weigh 4 each, 50 % against 62.5 %. October has none that was not answered, and says nothing.
    """
    quarters = (
        ("2026-05-01", 5, 1, 20, 5),
        ("2026-07-01", 20, 16, 5, 5),
        ("2026-10-01", 3, 3, 0, 0),
    )
    for joined, answered, back, unanswered, unanswered_back in quarters:
        for number in range(answered + unanswered):
            returns = number < back or answered <= number < answered + unanswered_back
            newcomer(
                craft,
                f"{joined} {number}",
                answered=number < answered,
                back_after=10 if returns else None,
                joined=f"{joined} 09:00",
                asked=f"{joined} 12:00",
            )
    told = craft.tell(tmp_path, since=SINCE, until="2027-03-01 12:00")
    measured = told.measurer.measure(EXHIBITS["newcomers_back"], told.scope())
    table, finding = measured.table, measured.finding
    assert table.select("first_question", "share", "hits", "newcomers").rows() == [
        ("answered within 7 days", pytest.approx(0.5), 17, 25),
        ("not answered", pytest.approx(0.625), 10, 25),
    ]
    assert finding is None


def test_newcomers_back_is_empty_where_no_quarter_has_both(
    craft: Community, tmp_path: Path
) -> None:
    newcomer(craft, "ana", back_after=10)
    newcomer(craft, "ben", answered=False, joined="2026-07-01 09:00", asked="2026-07-02 12:00")
    told = craft.tell(tmp_path, since=SINCE, until=LATER)
    measured = told.measurer.measure(EXHIBITS["newcomers_back"], told.scope())
    table, finding = measured.table, measured.finding
    assert (table.height, finding) == (0, None)


def test_newcomers_by_quarter_counts_each_where_the_question_was_asked(
    craft: Community, tmp_path: Path
) -> None:
    newcomer(craft, "ana", back_after=10)
    newcomer(craft, "ben", answered=False)
    newcomer(craft, "cat", joined="2026-10-01 09:00", asked="2026-10-05 12:00")
    table = craft.tell(tmp_path, since=SINCE, until=LATER).table("newcomers_by_quarter")
    assert table.select("month", "number", "share", "newcomers").rows() == [
        (at("2026-04-01").date(), "answered within 7 days", 0.5, 2),
        (at("2026-04-01").date(), "came back", 0.5, 2),
        (at("2026-10-01").date(), "answered within 7 days", 1, 1),
    ]
