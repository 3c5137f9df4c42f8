"""The made-up company: the same on every machine, whole in itself, and each planted story beyond noise."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from math import sqrt
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest
from scipy.stats import mannwhitneyu

from cop_metrics.errors import CopError
from cop_metrics.people.roster import read_roster
from cop_metrics.samples.company import (
    ANSWER_BOT,
    FILES,
    FIRST_DAY,
    LAST_DAY,
    NOTICE_BOT,
    STARTS_SOON,
    STORIES,
    TIME_ZONE,
    _utc,
    write_company,
)
from cop_metrics.samples.words import MODELS, PATTERNS, TEAMS, TOPICS, WHENS

STORY = {story.id: story for story in STORIES}
TIMES = {
    "posts.csv": ("created_at", "deleted_at", "accepted_at"),
    "threads.csv": ("created_at", "closed_at"),
    "reactions.csv": ("given_at",),
    "members.csv": ("joined_at", "deleted_at"),
    "export.csv": ("exported_at", "observed_from", "observed_until"),
}
DAYS = {"reads.csv": ("day",), "roster.csv": ("from", "to")}
WEEK = timedelta(days=7)
LONG = 1e6  # hours, for questions still waiting
AS_OF = LAST_DAY + timedelta(days=1)


def read(folder: Path, name: str) -> pl.DataFrame:
    rows = pl.read_csv(folder / name, infer_schema_length=None)
    times = [
        pl.col(column).cast(pl.String).str.to_datetime("%Y-%m-%d %H:%M:%S")
        for column in TIMES.get(name, ())
    ]
    days = [pl.col(column).cast(pl.String).str.to_date() for column in DAYS.get(name, ())]
    return rows.with_columns(times + days)


def local(column: str) -> pl.Expr:
    return pl.col(column).dt.replace_time_zone("UTC").dt.convert_time_zone(TIME_ZONE)


@dataclass(frozen=True, kw_only=True)
class Company:
    posts: pl.DataFrame
    threads: pl.DataFrame
    members: pl.DataFrame
    reactions: pl.DataFrame
    reads: pl.DataFrame
    roster: pl.DataFrame
    questions: pl.DataFrame
    helps: pl.DataFrame


def with_group(rows: pl.DataFrame, roster: pl.DataFrame, who: str, day: pl.Expr) -> pl.DataFrame:
    """Add the team and seniority that `who` had on `day`."""
    periods = roster.select("member_id", "team", "seniority", pl.col("from").alias("start"), "to")
    dated = rows.with_columns(day.alias("on_day")).sort("on_day")
    return dated.join_asof(
        periods.sort("start"),
        left_on="on_day",
        right_on="start",
        by_left=who,
        by_right="member_id",
        strategy="backward",
        check_sortedness=False,
    ).with_columns(
        pl.when(pl.col("to").is_null() | (pl.col("on_day") < pl.col("to"))).then(
            pl.col("team", "seniority")
        )
    )


def read_company(folder: Path) -> Company:
    posts, threads, members, reactions, reads, roster, _ = (read(folder, name) for name in FILES)
    roster = roster.join(members.select("email", "member_id"), on="email")
    humans = members.filter(pl.col("is_bot") == "no")["member_id"].implode()
    human_posts = posts.filter(pl.col("author_id").is_in(humans), pl.col("deleted_at").is_null())
    asked = human_posts.filter(kind="question").select(
        "thread_id", asker="author_id", asked_at="created_at"
    )
    answers = (
        human_posts.filter(kind="answer")
        .join(asked, on="thread_id")
        .filter(pl.col("author_id") != pl.col("asker"))
    )
    helps = answers.group_by("thread_id", helper="author_id").agg(
        pl.col("created_at").min().alias("helped_at"),
        pl.col("asked_at").first(),
        pl.col("asker").first(),
    )
    firsts = helps.group_by("thread_id").agg(pl.col("helped_at").min(), helps=pl.len())
    questions = (
        asked.join(firsts, on="thread_id", how="left")
        .join(threads.select("thread_id", "topics"), on="thread_id")
        .with_columns(
            hours=(pl.col("helped_at") - pl.col("asked_at")).dt.total_seconds() / 3600,
            answered=(pl.col("helped_at") - pl.col("asked_at") <= WEEK).fill_null(False),
            asked_day=local("asked_at").dt.date(),
        )
    )
    return Company(
        posts=posts,
        threads=threads,
        members=members,
        reactions=reactions,
        reads=reads,
        roster=roster,
        questions=with_group(questions, roster, "asker", pl.col("asked_day")),
        helps=with_group(helps, roster, "helper", local("helped_at").dt.date()),
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("company")
    write_company(folder)
    return folder


@pytest.fixture(scope="module")
def company(folder: Path) -> Company:
    return read_company(folder)


def wilson(successes: int, cases: int) -> tuple[float, float]:
    share, z = successes / cases, 1.959964
    middle = (share + z * z / (2 * cases)) / (1 + z * z / cases)
    half = z * sqrt(share * (1 - share) / cases + z * z / (4 * cases * cases)) / (1 + z * z / cases)
    return middle - half, middle + half


def difference(more: pl.Series, less: pl.Series) -> tuple[float, float]:
    """Return Newcombe's 95 % interval of the difference between two shares, given as columns of true and false."""
    a, b = more.mean(), less.mean()
    (a_low, a_high), (b_low, b_high) = (
        wilson(int(more.sum()), len(more)),
        wilson(int(less.sum()), len(less)),
    )
    return a - b - sqrt((a - a_low) ** 2 + (b_high - b) ** 2), a - b + sqrt(
        (a_high - a) ** 2 + (b - b_low) ** 2
    )


def unlisted(company: Company) -> list[str]:
    """Return the people who are not in the roster."""
    people = company.members.filter(pl.col("is_bot") == "no").join(
        company.roster, on="member_id", how="anti"
    )
    return people["member_id"].to_list()


def fingerprint(folder: Path) -> str:
    return sha256(b"".join((folder / name).read_bytes() for name in FILES)).hexdigest()[:16]


# --- the files --------------------------------------------------------------------------------------------------------


def test_the_wilson_interval_is_the_one_of_the_definitions() -> None:
    assert wilson(33, 100) == pytest.approx((0.2456, 0.4269), abs=5e-5)


def test_same_seed_same_files_and_another_seed_another_company(
    folder: Path, tmp_path: Path
) -> None:
    write_company(tmp_path / "again")
    write_company(tmp_path / "other", seed=8)
    assert fingerprint(tmp_path / "again") == fingerprint(folder)
    assert fingerprint(tmp_path / "other") != fingerprint(folder)


def test_the_company_is_the_one_that_everybody_has(folder: Path) -> None:
    """Whoever changes the company on purpose writes the new fingerprint here."""
    assert fingerprint(folder) == "d63eaebfa85fbbf1"


def test_it_has_the_size_that_the_documentation_tells(company: Company) -> None:
    now = company.roster.filter(pl.col("to").is_null())
    assert 250 <= len(now) <= 275
    assert set(now["team"]) == set(TEAMS)
    assert set(now["seniority"]) == {"junior", "mid", "senior"}
    assert len(company.threads) == 3_000
    assert 38 <= company.threads["topics"].str.split(";").explode().n_unique() <= 42
    assert company.threads["channel"].n_unique() == 3
    assert company.members.filter(pl.col("is_bot") == "yes")["member_id"].to_list() == [
        ANSWER_BOT,
        NOTICE_BOT,
    ]
    assert company.questions["answered"].mean() == pytest.approx(0.77, abs=0.03)
    accepted = company.posts.filter(pl.col("accepted") == "yes")
    assert len(accepted) / company.questions["helped_at"].count() == pytest.approx(0.5, abs=0.06)
    assert company.threads["closed_at"].count() > 30
    assert company.posts["deleted_at"].count() > 50


def test_people_join_leave_move_and_are_promoted(company: Company) -> None:
    periods = company.roster.sort("member_id", "from").with_columns(
        pl.col("team", "seniority").shift(1).over("member_id").name.prefix("earlier_")
    )
    moves = periods.filter(pl.col("team") != pl.col("earlier_team"))
    assert len(moves) == 4 * 8
    promotions = periods.filter(pl.col("seniority") != pl.col("earlier_seniority"))
    assert set(zip(promotions["earlier_seniority"], promotions["seniority"], strict=True)) == {
        ("junior", "mid"),
        ("mid", "senior"),
    }
    ends = company.roster.group_by("member_id").agg(pl.col("to").last())
    assert ends["to"].count() > 40
    assert company.members["deleted_at"].count() > 10


def test_nobody_is_in_two_teams_at_once(company: Company) -> None:
    following = company.roster.sort("member_id", "from").with_columns(
        next_from=pl.col("from").shift(-1).over("member_id")
    )
    both = following.filter(pl.col("next_from").is_not_null())
    assert len(both) > 40
    assert (both["to"] == both["next_from"]).all()
    assert following.filter(pl.col("to").is_not_null(), pl.col("to") <= pl.col("from")).is_empty()


def test_names_of_accounts_are_unique_and_every_key_is_known(company: Company) -> None:
    assert company.members["member_id"].is_unique().all()
    assert company.members["username"].is_unique().all()
    assert company.members["username"].str.contains(r"^[a-z0-9.]+$").all()
    assert company.posts["post_id"].is_unique().all()
    known = set(company.members["member_id"])
    for people in (
        company.posts["author_id"],
        company.reactions["giver_id"],
        company.reads["reader_id"],
    ):
        assert set(people) <= known
    assert set(company.reactions["post_id"]) <= set(company.posts["post_id"])
    assert set(company.reads["thread_id"]) <= set(company.threads["thread_id"])
    assert company.reads.select("thread_id", "reader_id", "day").is_unique().all()


def test_everything_happens_within_the_two_years(company: Company) -> None:
    columns = [company.posts[name] for name in ("created_at", "deleted_at", "accepted_at")]
    columns += [company.threads["closed_at"], company.reactions["given_at"]]
    for column in columns:
        days = column.drop_nulls().to_frame("at").select(local("at").dt.date())["at"]
        assert FIRST_DAY <= days.min() <= days.max() <= LAST_DAY
    assert FIRST_DAY <= company.reads["day"].min() <= company.reads["day"].max() <= LAST_DAY


def test_nothing_happens_before_its_cause(company: Company) -> None:
    asked = company.threads.select("thread_id", "closed_at", asked_at="created_at")
    posts = company.posts.join(asked, on="thread_id")
    assert (posts["created_at"] >= posts["asked_at"]).all()
    humans = posts.filter(pl.col("author_id") != ANSWER_BOT)
    assert humans.filter(pl.col("created_at") > pl.col("closed_at")).is_empty()
    assert posts.filter(pl.col("accepted_at") < pl.col("created_at")).is_empty()
    assert posts.filter(pl.col("deleted_at") < pl.col("created_at")).is_empty()
    given = company.reactions.join(company.posts, on="post_id")
    assert given.filter(pl.col("given_at") < pl.col("created_at")).is_empty()
    assert given.filter(pl.col("giver_id") == pl.col("author_id")).is_empty()


def test_people_act_only_while_they_are_employed(company: Company) -> None:
    acts = pl.concat(
        [
            company.posts.select(who="author_id", day=local("created_at").dt.date()),
            company.reactions.select(who="giver_id", day=local("given_at").dt.date()),
            company.reads.select(who="reader_id", day="day"),
        ]
    ).filter(~pl.col("who").is_in([ANSWER_BOT, NOTICE_BOT, *unlisted(company)]))
    assert with_group(acts, company.roster, "who", pl.col("day"))["team"].null_count() == 0
    joined = company.posts.join(company.members, left_on="author_id", right_on="member_id")
    assert (joined["created_at"] > joined["joined_at"]).all()


def test_titles_are_our_own_and_many(company: Company) -> None:
    assert company.threads["title"].n_unique() > 2_500
    assert company.threads.filter(pl.col("title").str.contains(r"[{}]")).is_empty()
    assert company.threads["url"].str.starts_with("https://harbour.example/").all()
    assert {len(topic.things) for topic in TOPICS} == {5}
    assert all(len(patterns) == 6 for patterns in PATTERNS.values())
    assert len(MODELS) == len(set(MODELS))
    assert len(WHENS) == len(set(WHENS))


def test_local_times_become_utc_as_the_time_zone_has_it() -> None:
    moments = pl.datetime_range(
        FIRST_DAY, AS_OF, "37m", time_zone=TIME_ZONE, closed="left", eager=True
    )
    seconds = (moments.dt.replace_time_zone(None).to_physical() // 1_000_000).to_numpy()
    first_day = (FIRST_DAY - date(1970, 1, 1)).days * 86_400
    once = np.array(
        [
            moment.replace(fold=0).timestamp() == moment.replace(fold=1).timestamp()
            for moment in moments.to_list()
        ]
    )
    expected = (moments.to_physical() // 1_000_000).to_numpy()
    assert ZoneInfo(TIME_ZONE).key == TIME_ZONE
    assert (_utc(seconds - first_day)[once] == expected[once]).all()
    in_order = _utc(np.arange(0, 730 * 86_400, 600))
    assert (np.diff(in_order) >= 0).all()


def test_a_larger_scale_makes_more_of_everything(company: Company, tmp_path: Path) -> None:
    write_company(tmp_path, scale=3)
    larger = {name: len(read(tmp_path, name)) for name in FILES}
    assert larger["posts.csv"] / len(company.posts) == pytest.approx(3, rel=0.05)
    assert larger["members.csv"] / len(company.members) == pytest.approx(3, rel=0.05)
    assert larger["reads.csv"] / len(company.reads) == pytest.approx(3, rel=0.05)
    assert larger["reactions.csv"] / len(company.reactions) == pytest.approx(3, rel=0.05)


@pytest.mark.parametrize("scale", [0, -1, 1e6, float("nan")])
def test_an_impossible_scale_is_refused(tmp_path: Path, scale: float) -> None:
    with pytest.raises(CopError, match=r"Choose a number from 0\.5 to 300"):
        write_company(tmp_path / "none", scale=scale)
    assert not (tmp_path / "none").exists()


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(CopError, match="taken"):
        write_company(tmp_path / "taken")


# --- the stories ------------------------------------------------------------------------------------------------------


def test_every_story_names_things_that_exist(company: Company) -> None:
    topics = set(company.threads["topics"].str.split(";").explode())
    for story in STORIES:
        assert set(story.topics) <= topics
        assert set(story.teams) <= set(TEAMS)
        assert {member for ids in story.members.values() for member in ids} <= set(
            company.members["member_id"]
        )
        assert all(FIRST_DAY < day < LAST_DAY for day in story.days.values())


def test_hydraulics_hangs_on_one_expert_who_leaves(company: Company) -> None:
    story = STORY["hangs-on-one-expert"]
    (expert,), (successor,) = story.members["expert"], story.members["successor"]
    leaves, rises = story.days["expert leaves"], story.days["successor rises"]
    questions = company.questions.filter(pl.col("topics") == "hydraulics")
    before = questions.filter(pl.col("asked_day") < leaves - WEEK)
    gap = questions.filter(pl.col("asked_day").is_between(leaves, rises, closed="left"))
    after = questions.filter(pl.col("asked_day").is_between(rises, LAST_DAY - WEEK))
    assert difference(before["answered"], gap["answered"])[0] > 0.05
    assert difference(after["answered"], gap["answered"])[0] > 0.05
    waits = {
        name: rows["hours"].fill_null(LONG) for name, rows in (("before", before), ("gap", gap))
    }
    assert 3 < waits["gap"].median() / waits["before"].median() < 20
    assert mannwhitneyu(waits["gap"], waits["before"], alternative="greater").pvalue < 0.001
    helps = company.helps.join(questions.select("thread_id", "asked_day"), on="thread_id")
    by_expert = helps.filter(pl.col("on_day") < leaves)["helper"] == expert
    assert wilson(int(by_expert.sum()), len(by_expert))[0] > 0.5
    assert helps.filter(pl.col("on_day") >= leaves, pl.col("helper") == expert).is_empty()
    shares = [helps.filter(pl.col("on_day") < leaves), helps.filter(pl.col("on_day") >= rises)]
    assert difference(shares[1]["helper"] == successor, shares[0]["helper"] == successor)[0] > 0.4
    left = company.roster.filter(member_id=expert)["to"].to_list()
    assert left == [leaves]


@pytest.mark.parametrize(
    ("since", "until", "role"),
    [(FIRST_DAY, date(2025, 12, 1), "expert"), (date(2025, 10, 1), AS_OF, "successor")],
    ids=["until she leaves", "last twelve months"],
)
def test_no_other_topic_hangs_on_one_person(
    company: Company, since: date, until: date, role: str
) -> None:
    helps = company.helps.filter(pl.col("on_day") >= since, pl.col("on_day") < until)
    topics = company.threads.select("thread_id", topic=pl.col("topics").str.split(";")).explode(
        "topic"
    )
    given = (
        helps.join(topics, on="thread_id")
        .group_by("topic", "helper")
        .len()
        .sort("len", descending=True)
    )
    most = given.group_by("topic", maintain_order=True).agg(
        pl.col("helper", "len").first(), all=pl.col("len").sum()
    )
    hanging = most.filter(pl.col("all") >= 10, pl.col("len") * 2 >= pl.col("all"))
    (person,) = STORY["hangs-on-one-expert"].members[role]
    assert hanging.select("topic", "helper").rows() == [("hydraulics", person)]


def acts_per_month(company: Company, who: str, days: pl.DataFrame) -> pl.DataFrame:
    """Return acts of juniors per member and team: one row a (member, team), zeros included."""
    acts = with_group(days, company.roster, who, pl.col("day")).filter(seniority="junior")
    counts = acts.group_by(pl.col(who).alias("member_id"), "team").len()
    juniors = (
        company.roster.filter(pl.col("seniority") == "junior").select("member_id", "team").unique()
    )
    return juniors.join(counts, on=["member_id", "team"], how="left").with_columns(
        pl.col("len").fill_null(0)
    )


def test_juniors_in_service_read_much_and_never_ask(company: Company) -> None:
    asked = acts_per_month(company, "asker", company.questions.select("asker", day="asked_day"))
    read_threads = acts_per_month(company, "reader_id", company.reads.select("reader_id", "day"))
    in_service, elsewhere = pl.col("team") == "Service", pl.col("team") != "Service"
    assert asked.filter(in_service)["len"].sum() == 0
    assert (
        difference(asked.filter(elsewhere)["len"] > 0, asked.filter(in_service)["len"] > 0)[0] > 0.3
    )
    more, less = read_threads.filter(in_service)["len"], read_threads.filter(elsewhere)["len"]
    assert more.median() > 2 * less.median()
    assert mannwhitneyu(more, less, alternative="greater").pvalue < 1e-6


def test_sales_asks_and_nobody_from_sales_answers(company: Company) -> None:
    asked = company.questions.filter(team="Sales")
    assert len(asked) > 150
    answers = company.posts.filter(pl.col("kind") == "answer", pl.col("author_id") != ANSWER_BOT)
    by_team = with_group(answers, company.roster, "author_id", local("created_at").dt.date())[
        "team"
    ]
    assert set(by_team.drop_nulls()) == set(TEAMS) - {"Sales"}
    assert wilson(0, asked["asker"].n_unique())[1] < 0.2


def test_software_is_answered_within_the_hour_and_controls_overnight(company: Company) -> None:
    asked = local("asked_at")
    office = company.questions.filter(asked.dt.weekday() <= 5, asked.dt.hour().is_between(9, 16))
    within_the_hour = office.with_columns(fast=pl.col("hours").fill_null(LONG) <= 1)
    software = within_the_hour.filter(team="Software")["fast"]
    others = within_the_hour.filter(~pl.col("team").is_in(["Software"]))["fast"]
    assert software.mean() > 0.75
    assert difference(software, others)[0] > 0.5
    answered = company.questions.filter(pl.col("helped_at").is_not_null())
    hour = local("helped_at").dt.hour()
    answered = answered.with_columns(overnight=(hour >= 20) | (hour < 6))
    controls = answered.filter(team="Controls")["overnight"]
    assert controls.all()
    assert difference(controls, answered.filter(pl.col("team") != "Controls")["overnight"])[0] > 0.7


def first_questions(company: Company) -> pl.DataFrame:
    """Return newcomers' first posts that are questions, with: since the scheme, answered, came back on days 7-97."""
    posts = company.posts.sort("created_at").filter(
        ~pl.col("author_id").is_in([ANSWER_BOT, NOTICE_BOT])
    )
    firsts = posts.group_by("author_id", maintain_order=True).first()
    newcomers = firsts.join(company.members, left_on="author_id", right_on="member_id").filter(
        pl.col("kind") == "question",
        pl.col("joined_at") >= FIRST_DAY + timedelta(days=90),
        pl.col("created_at") - pl.col("joined_at") <= timedelta(days=90),
        pl.col("created_at") <= AS_OF - timedelta(days=97),
    )
    other = posts.select("author_id", thread="thread_id", later="created_at")
    days_later = (pl.col("later") - pl.col("created_at")).dt.total_seconds() / 86_400
    visits = newcomers.join(other, on="author_id").filter(pl.col("thread") != pl.col("thread_id"))
    early = visits.filter(days_later < 7)["author_id"].implode()
    back = visits.filter(days_later.is_between(7, 97))["author_id"].implode()
    answered = company.questions.filter("answered")["thread_id"].implode()
    return newcomers.filter(~pl.col("author_id").is_in(early)).select(
        since_scheme=local("created_at").dt.date()
        >= STORY["buddy-scheme"].days["buddy scheme starts"],
        answered=pl.col("thread_id").is_in(answered),
        came_back=pl.col("author_id").is_in(back),
    )


@pytest.mark.parametrize("outcome", ["answered", "came_back"])
def test_the_buddy_scheme_helps_newcomers(company: Company, outcome: str) -> None:
    newcomers = first_questions(company)
    since, before = (newcomers.filter(since_scheme=value)[outcome] for value in (True, False))
    assert min(len(since), len(before)) >= 25
    assert difference(since, before)[0] > 0.1


def test_six_seniors_never_answer(company: Company) -> None:
    story = STORY["silent-seniors-and-a-rising-junior"]
    seniors = company.roster.filter(seniority="senior")
    assert set(seniors.filter(team="Sales")["member_id"]) == set(story.members["silent seniors"])
    assert len(story.members["silent seniors"]) == 6
    helped = seniors.unique("member_id").with_columns(
        helped=pl.col("member_id").is_in(company.helps["helper"].implode())
    )
    silent = pl.col("member_id").is_in(story.members["silent seniors"])
    assert difference(helped.filter(~silent)["helped"], helped.filter(silent)["helped"])[0] > 0.3


def standing(company: Company, member: str, until: date) -> tuple[int, int, int]:
    """Return points, people helped and days with a post in the 180 days before `until`, caps of points left out."""
    since = until - timedelta(days=180)
    recent = (local("created_at").dt.date() >= since) & (local("created_at").dt.date() < until)
    posts = company.posts.filter(recent, author_id=member)
    helps = company.helps.filter(
        pl.col("helper") == member, pl.col("on_day") >= since, pl.col("on_day") < until
    )
    answers = posts.filter(kind="answer")
    thanks = company.reactions.join(answers, on="post_id").filter(
        pl.col("kind").is_in(["upvote", "thanks"])
    )
    points = 2 * len(helps) + 15 * int((answers["accepted"] == "yes").sum()) + 10 * len(thanks)
    return points, helps["asker"].n_unique(), posts.select(local("created_at").dt.date()).n_unique()


def test_one_junior_rises_to_expert(company: Company) -> None:
    (riser,) = STORY["silent-seniors-and-a-rising-junior"].members["rising junior"]
    assert company.roster.filter(member_id=riser)["seniority"].to_list() == ["junior"]
    ends = [date(2025, 4, 1), date(2025, 10, 1), date(2026, 4, 1), AS_OF]
    points = [standing(company, riser, end)[0] for end in ends]
    assert points == sorted(points)
    assert len(set(points)) == len(points)
    points_now, people, days = standing(company, riser, AS_OF)
    assert points_now >= 200
    assert people >= 13
    assert 18 <= days < 40  # Mentor asks for 40 days


def test_one_topic_waits_and_one_is_overrun_with_answers(company: Company) -> None:
    many, few = STORY["quadrants"].topics
    ripe = company.questions.filter(pl.col("asked_day") <= LAST_DAY - timedelta(days=30))
    topics = ripe.with_columns(topic=pl.col("topics").str.split(";")).explode("topic")
    table = topics.group_by("topic").agg(
        questions=pl.len(), helps=pl.col("helps").fill_null(0).mean()
    )
    middle = table.select(pl.col("questions", "helps").median()).row(0, named=True)
    row = {topic: table.filter(topic=topic).row(0, named=True) for topic in (many, few)}
    assert row[many]["questions"] > 2 * middle["questions"]
    assert row[many]["helps"] < middle["helps"] / 2
    assert 10 <= row[few]["questions"] < middle["questions"]
    assert row[few]["helps"] > 2 * middle["helps"]
    own, others = (
        ripe.filter(topics=many)["answered"],
        ripe.filter(pl.col("topics") != many)["answered"],
    )
    assert difference(others, own)[0] > 0.3


def test_a_bot_replies_to_every_question_within_a_second(company: Company) -> None:
    (bot,) = STORY["bot-replies-at-once"].members["bot"]
    replies = company.posts.filter(author_id=bot).join(
        company.threads, on="thread_id", suffix="_of_question"
    )
    assert sorted(replies["thread_id"]) == sorted(company.threads["thread_id"])
    assert set(replies["kind"]) == {"answer"}
    waits = (replies["created_at"] - replies["created_at_of_question"]).dt.total_seconds()
    assert set(waits) == {0, 1}
    assert wilson(len(replies), len(replies))[0] - company.questions["answered"].mean() > 0.1


def test_other_teams_and_seniorities_are_answered_alike(company: Company) -> None:
    """What is not a story must not look like one."""
    planted = pl.col("topics").is_in(["hydraulics", "sensor-drift", "bolt-torque"])
    in_roster = pl.col("team").is_not_null()
    ordinary = company.questions.filter(~planted, in_roster, pl.col("asked_day") <= LAST_DAY - WEEK)
    for column in ("team", "seniority"):
        for (group,), rows in ordinary.group_by(column):
            rest = ordinary.filter(pl.col(column) != group)
            gap = rows["answered"].mean() - rest["answered"].mean()
            assert abs(gap) < 0.06, f"{column} {group}: {gap:.3f}"


def test_the_roster_is_read_without_a_complaint(folder: Path, company: Company) -> None:
    roster = read_roster(folder / "roster.csv")
    assert len(roster.rows) == len(company.roster) + 1
    assert (roster.skipped, roster.notes) == ({}, ())


# --- what the pages must cope with ------------------------------------------------------------------------------------


def test_the_export_states_two_whole_local_years(folder: Path) -> None:
    times = read(folder, "export.csv")
    assert times.select(local(name) for name in times.columns).rows() == [
        tuple(
            datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(TIME_ZONE))
            for day in (AS_OF, FIRST_DAY, AS_OF)
        )
    ]
    assert (AS_OF - FIRST_DAY).days == 2 * 365


def test_three_juniors_are_not_in_the_roster_and_one_row_means_nobody(
    folder: Path, company: Company
) -> None:
    forgotten = company.members.filter(pl.col("member_id").is_in(unlisted(company)))
    assert len(forgotten) == 3
    assert forgotten["joined_at"].min() >= datetime(2026, 4, 1)
    assert forgotten["deleted_at"].null_count() == 3
    in_stories = {member for story in STORIES for ids in story.members.values() for member in ids}
    assert not in_stories & set(forgotten["member_id"])
    assert set(company.questions.filter(pl.col("team").is_null())["asker"]) == set(
        forgotten["member_id"]
    )
    nobody = read(folder, "roster.csv").join(company.members, on="email", how="anti")
    assert nobody["email"].to_list() == [STARTS_SOON]


def test_controls_has_three_seniors_and_no_other_group_is_as_small(company: Company) -> None:
    lately = company.roster.filter(
        pl.col("to").is_null() | (pl.col("to") > AS_OF - timedelta(days=365))
    )
    people = lately.group_by("team", "seniority").agg(pl.col("member_id").n_unique())
    assert people.filter(pl.col("member_id") < 5).rows() == [("Controls", "senior", 3)]
    assert people.filter(team="Sales", seniority="senior")["member_id"].to_list() == [6]
