"""Who helps whom, on how few people help rests, and who is likely to know. To add one: an entry in
`METRICS` or `EXHIBITS`.
"""

import heapq
from collections import Counter
from collections.abc import Callable

import polars as pl
import rustworkx

from cop_metrics import words
from cop_metrics.limits import CORE, MOST_DRAWN, REGULAR
from cop_metrics.metrics.aggregates import Computed, Figure, Share, Total
from cop_metrics.metrics.columns import Column, Role, Rows
from cop_metrics.metrics.metric import (
    EVERY_SENIORITY,
    NO_HELP,
    Better,
    Counts,
    Exhibit,
    Metric,
    Promise,
    Whose,
    exhibit_sql,
)
from cop_metrics.people import UNKNOWN
from cop_metrics.reasons import nobody, nothing
from cop_metrics.statistics.comparing import Comparison
from cop_metrics.statistics.concentration import absence_factor
from cop_metrics.statistics.odds import Odds, compared_odds, odds_over_expected
from cop_metrics.units import Unit

ASKER_SPLITS = ("team", "seniority", "topic")
HELPER_SPLITS = ("team", "seniority")
HALF = (1, 2)
FEWEST_GOT = 20
"""From how many helps on a group that gives none is named, and its odds are compared."""
NOBODY_TO_CHOOSE = (
    "not known: it takes two helpers, and askers in their own team as well as in others"
)

OF_ALL_ASKERS = "len($teams) = 0 and len($seniorities) = 0 as of_all"
"""Whether no filter of askers leaves out whom a group may have helped."""

SEED, ROUNDS, SPREAD = 20_260_101, 200, 3.0
"""How the picture of help is laid out."""

MOST_KNOWING = 20
"""How many people are named for a topic that is asked for."""

MOST_ASKED = 3
"""How many people are suggested for a question, and for how many questions of one list a person is
suggested.
"""


def fewest_for_half(rows: pl.DataFrame) -> Figure:
    """Return the absence factor: the fewest people who together give at least half of all helps."""
    return _people_giving(rows, HALF)


def core_helpers(rows: pl.DataFrame) -> Figure:
    """Return the size of the core: the fewest people who together give at least 80 % of all helps."""
    return _people_giving(rows, CORE)


def regular_helpers(rows: pl.DataFrame) -> Figure:
    """Return how many people beyond the core it takes to give at least 95 % of all helps."""
    return _people_giving(rows, REGULAR, beyond=CORE)


def _people_giving(
    rows: pl.DataFrame, share: tuple[int, int], beyond: tuple[int, int] | None = None
) -> Figure:
    given = rows["helps"].to_numpy()
    fewest = absence_factor(given, share)
    if fewest is None:
        return Figure(value=None, sample_size=0, reason=nobody("nobody helped"))
    already = absence_factor(given, beyond) if beyond else 0
    return Figure(value=float(fewest - (already or 0)), sample_size=int(given.sum()))


def suggest(rows: pl.DataFrame) -> pl.DataFrame:
    """Return one row per waiting question with up to three members likely to know, nobody named
    more than three times.

    `rows`: questions in the order of the list, and among them, without a `question_id`, one per
    topic and member likely to know it. Goes down the list once: whom a question takes, a later one
    may not have.
    """
    questions = rows.filter(pl.col("question_id").is_not_null())
    known = _by_topic(rows.filter(pl.col("question_id").is_null()))
    named: Counter[int] = Counter()
    may_know = [
        _first_free(known, topics, asker, named)
        for topics, asker in questions.select("topics", "asker_id").iter_rows()
    ]
    return questions.with_columns(
        pl.col("topics").list.join(", "), pl.Series("may_know", may_know, dtype=pl.String)
    ).select("title", "url", "topics", "asker_seniority", "days_waiting", "may_know")


Known = tuple[int, int, str]
"""One who is likely to know a topic: minus the strength, the member's number and name; the
likeliest sorts first.
"""


def _by_topic(rows: pl.DataFrame) -> dict[str, list[Known]]:
    known: dict[str, list[Known]] = {}
    for (topic,), strength, member, name in rows.select(
        "topics", "strength", "member_id", "name"
    ).iter_rows():
        known.setdefault(topic, []).append((-strength, member, name))
    return {topic: sorted(people) for topic, people in known.items()}


def _first_free(
    known: dict[str, list[Known]], topics: list[str] | None, asker: int, named: Counter[int]
) -> str | None:
    """Return the names of the likeliest who are still free, and count them as named."""
    chosen: dict[int, str] = {}
    for _, member, name in heapq.merge(*(known.get(topic, []) for topic in topics or ())):
        if member != asker and member not in chosen and named[member] < MOST_ASKED:
            chosen[member] = name
            named[member] += 1
            if len(chosen) == MOST_ASKED:
                break
    return ", ".join(chosen.values()) or None


def with_reasons(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with `reason`: in words, what makes each member likely to know the topic."""
    own = pl.format(
        "{} answered, {} accepted, {} thanks",
        pl.when(pl.col("helps") == 1)
        .then(pl.lit("1 question"))
        .otherwise(pl.format("{} questions", "helps")),
        "accepted",
        "thanks",
    )
    related = pl.format("{} on topics close to it", "related_helps")
    parts = [
        pl.when(pl.col("helps") > 0).then(own),
        pl.when(pl.col("related_helps") > 0).then(related),
        pl.format("last on {}", pl.col("last_helped").dt.strftime("%-d %b %Y")),
    ]
    return rows.with_columns(reason=pl.concat_str(parts, separator="; ", ignore_nulls=True))


def topics_at_risk(rows: pl.DataFrame) -> str | None:
    """Say how many topics hang on one person, and of how many that person has left."""
    gone = int(rows["has_left"].sum())
    hang = (
        "1 topic hangs on one person"
        if rows.height == 1
        else f"{rows.height} topics hang on one person each"
    )
    left = f"; of {gone} of them this person has left" if gone else ""
    return f"{hang}{left}."


def crossing(rows: pl.DataFrame) -> str | None:
    """Say which share of helps goes to another group, of those where both are known, and who gets
    help and gives none.

    `rows`: asker's group, helper's group, helps, and whether all askers are among them: else who
    gives none is not known.
    """
    asker, helper = rows.columns[:2]
    group = {"team": "teams", "seniority": "seniorities"}[asker.removeprefix("asker_")]
    known = rows.filter((pl.col(asker) != UNKNOWN) & (pl.col(helper) != UNKNOWN))
    total = int(known["helps"].sum())
    if not total:
        return None
    share = int(known.filter(pl.col(asker) != pl.col(helper))["helps"].sum()) / total
    got = (
        known.filter("of_all")
        .group_by(asker)
        .agg(pl.col("helps").sum())
        .filter(~pl.col(asker).is_in(rows[helper].unique().to_list()))
    )
    only = [
        f"{name} got {labelled(helps)} and gave none."
        for name, helps in got.filter(pl.col("helps") >= FEWEST_GOT)
        .sort("helps", asker, descending=[True, False])
        .rows()
    ]
    return " ".join(
        [f"{words.value(Unit.PERCENT, share)} of {total:,} helps cross {group}.", *only]
    )


def labelled(helps: int) -> str:
    """Write a number of helps."""
    return f"{helps:,} help" + ("" if helps == 1 else "s")


def best_connected(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the members of `network.sql`, without the ties before them."""
    return rows.filter(pl.col("helper_id").is_null())


def laid_out(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the ties with the places of both ends, from -1 to 1: who helps one another stands
    near, the same every time.

    `rows`: helper_id, asker_id and what is told of them, one row a pair; those without a helper are
    no ties.
    """
    ties = rows.filter(pl.col("helper_id").is_not_null())
    ends = pl.concat([ties["helper_id"], ties["asker_id"]]).unique().sort().to_list()
    place = {member: number for number, member in enumerate(ends)}
    graph = rustworkx.PyGraph(multigraph=False)
    graph.add_nodes_from(ends)
    graph.add_edges_from(
        [
            (place[helper], place[asker], 1)
            for helper, asker in ties.select("helper_id", "asker_id").rows()
        ]
    )
    found = rustworkx.spring_layout(
        graph, seed=SEED, num_iter=ROUNDS, k=SPREAD / max(1, len(ends)) ** 0.5
    )
    spots = pl.DataFrame(
        [
            (member, *(round(float(at), 4) for at in found[number]))
            for member, number in place.items()
        ],
        schema={"member_id": pl.Int32, "x": pl.Float64, "y": pl.Float64},
        orient="row",
    )
    for end in ("helper", "asker"):
        ties = ties.join(
            spots.rename({"member_id": f"{end}_id", "x": f"{end}_x", "y": f"{end}_y"}),
            on=f"{end}_id",
            how="left",
        )
    return ties


def own_team_odds(rows: pl.DataFrame) -> Figure:
    """Return the odds that help stays in the team over those that the margins let expect, from one
    row a helper.
    """
    n = int(rows["helps"].sum())
    if not n:
        return Figure(
            value=None, sample_size=0, reason=nobody("nobody helped among members of known teams")
        )
    odds = _odds(rows)
    if odds is None:
        return Figure(value=None, sample_size=n, reason=nothing(NOBODY_TO_CHOOSE))
    return Figure(value=odds.ratio, sample_size=n, interval=odds.interval)


def compare_own_team_odds(
    one: pl.DataFrame, other: pl.DataFrame
) -> tuple[float, float, Comparison] | None:
    """Return (the other's odds, the one's, their ratio), None unless both have 20 helps and odds
    can be told.
    """
    if min(int(rows["helps"].sum()) for rows in (one, other)) < FEWEST_GOT:
        return None
    found, others = _odds(one), _odds(other)
    return (others.ratio, found.ratio, compared_odds(found, others)) if found and others else None


def _odds(rows: pl.DataFrame) -> Odds | None:
    by_helper = rows.group_by("person", maintain_order=True).agg(
        pl.col("own", "helps", "expected").sum()
    )
    return odds_over_expected(
        *(by_helper[name].to_numpy() for name in ("own", "helps", "expected"))
    )


BOTH_OF_A_PAIR = "(least(asker_id, helper_id), greatest(asker_id, helper_id))"
"""Two who help each other are a pair either way round, and either both ways are returned or
neither.
"""


def _across(id_: str, group: str, title: str, question: str, peers: str) -> Metric:
    """Declare the share of helps between two members of different groups."""
    either_unknown = f"'{UNKNOWN}' in (asker_{group}, helper_{group})"
    return Metric(
        id=id_,
        promise=Promise.HELP,
        title=title,
        question=question,
        description=f"The share of helps whose asker and helper differed in {group} on that day; helps with an unknown "
        f"{group} on either side are left out.",
        formula=f"helps with asker and helper of different {group} / helps with both known",
        source="Viva Insights; our own",
        peers=peers,
        unit=Unit.PERCENT,
        better=Better.NEITHER,
        whose=Whose.HELPER,
        counts=Counts.FLOW,
        relation="helps",
        measure=Share(
            hit=f"case when {either_unknown} then null else asker_{group} <> helper_{group} end",
            person="helper_id",
            other="asker_id",
        ),
        splits=ASKER_SPLITS,
        follows_size=True,
        needs="team" if group == "team" else None,
        about=EVERY_SENIORITY if group == "seniority" else None,
        about_others=EVERY_SENIORITY if group == "seniority" else None,
    )


def _fewest(
    id_: str,
    title: str,
    question: str,
    description: str,
    formula: str,
    peers: str,
    figure: Callable[[pl.DataFrame], Figure],
) -> Metric:
    return Metric(
        id=id_,
        promise=Promise.HELP,
        title=title,
        question=question,
        description=description,
        formula=formula,
        source="CHAOSS contributor absence factor",
        peers=peers,
        unit=Unit.COUNT,
        better=Better.HIGHER,
        whose=Whose.HELPER,
        counts=Counts.FLOW,
        relation="helps",
        measure=Computed(
            columns=("count(*) as helps",), per=("helper_id",), where="helper_known", compute=figure
        ),
        splits=ASKER_SPLITS,
    )


METRICS = (
    _across(
        "help_across_teams",
        "team",
        "Help across teams",
        "Does help cross teams, or stay at home?",
        "Viva Insights measures the hours of meetings, mail and chat between groups; who helps whom is not in it.",
    ),
    _across(
        "help_across_seniority",
        "seniority",
        "Help across seniority",
        "Does help cross seniority?",
        "Discourse's support section tells the trust level of those who reply, not of those who ask.",
    ),
    Metric(
        id="own_team_odds",
        promise=Promise.HELP,
        title="Own team beyond chance",
        question="Does a team help its own more than its size lets expect?",
        description="How many times higher the odds are that help stays in the helper's team than if it were given at random "
        "among all helps of the period: 1 is chance, 3 three times the odds. A small team has few colleagues to help, and "
        "so much of its help crosses teams whatever it prefers; here its size is taken out. What is expected is, for each "
        "helper, the share of all helps to others that went to the helper's team. Helps with an unknown team on either side "
        "are left out. The interval is over helpers.",
        formula="odds of helps within the team / odds of those expected from who was helped",
        source="log-linear models of mobility tables (Goodman 1979)",
        peers="SWOOP and Viva Insights show the share of ties across groups, which is mostly the size of the groups.",
        unit=Unit.RATIO,
        better=Better.NEITHER,
        whose=Whose.HELPER,
        counts=Counts.FLOW,
        relation="mixed_helps",
        measure=Computed(
            columns=(
                "helper_id as person",
                "cast(count(*) as double) as helps",
                "cast(sum(cast(is_own as int)) as double) as own",
                "sum(expected) as expected",
            ),
            per=("helper_id",),
            compute=own_team_odds,
            compared=compare_own_team_odds,
        ),
        splits=HELPER_SPLITS,
        needs="team",
        beside="help_across_teams",
    ),
    Metric(
        id="reciprocity",
        promise=Promise.HELP,
        title="Help that goes both ways",
        question="Do those who are helped help back?",
        description="Of all pairs of a member who helped another in the period, the share in which the other helped back, in "
        "any question of the period. A filter by team means the helper's, at the last help.",
        formula="pairs (helper, helped) that exist the other way round too / pairs",
        source="reciprocity of a directed graph (networkx)",
        peers="Viva Insights asks for dealings both ways within four weeks before it calls a tie of two people "
        "strong; help is not set apart.",
        unit=Unit.PERCENT,
        better=Better.NEITHER,
        whose=Whose.HELPER,
        counts=Counts.FLOW,
        relation="help_pairs",
        measure=Share(hit="returned", person="helper_id", other=BOTH_OF_A_PAIR, hits_at_once=2),
        splits=HELPER_SPLITS,
    ),
    _fewest(
        "answer_concentration",
        "People who give half of all help",
        "On how few people does help rest?",
        "The absence factor: the fewest people who together gave at least half of all helps in the period.",
        "fewest helpers whose helps add up to 50 % or more",
        "CHAOSS counts commits, issues or comments. SWOOP's influencer risk is how far those below fall off from the "
        "first.",
        fewest_for_half,
    ),
    _fewest(
        "core_helpers",
        "Core helpers",
        "How many people give most of the help?",
        "The fewest people who together gave at least 80 % of all helps in the period.",
        "fewest helpers whose helps add up to 80 % or more",
        "GrimoireLab draws the same line, through activity of any kind; OSS Compass draws it at 50 %.",
        core_helpers,
    ),
    _fewest(
        "regular_helpers",
        "Regular helpers",
        "How many more give nearly all the rest?",
        "The people beyond the core that it takes, those who gave most first, to reach 95 % of all helps in the period.",
        "fewest helpers whose helps add up to 95 % or more, less the core",
        "GrimoireLab draws the same lines, through activity of any kind; OSS Compass draws them at 50 and 80 %.",
        regular_helpers,
    ),
    Metric(
        id="topics_on_one_person",
        promise=Promise.HELP,
        title="Topics that hang on one person",
        question="What would nobody know if one person left?",
        description="Topics of which one person gave half or more of all helps in the 365 days before the data ends, of those "
        "with 10 or more helps on 5 or more questions. A filter by team means the team of that person.",
        formula="count of topics with an absence factor of 1",
        source="CHAOSS contributor absence factor, by topic",
        peers="Stack Overflow for Teams lists tags without an appointed or earned expert; tags with a single one are "
        "not set apart.",
        unit=Unit.COUNT,
        better=Better.LOWER,
        whose=Whose.HELPER,
        counts=Counts.STATE,
        relation="hanging_topics",
        measure=Total(of="count(*)"),
        splits=HELPER_SPLITS,
    ),
)

EXHIBITS = (
    Exhibit(
        id="waiting_list",
        promise=Promise.HELP,
        title="Who is waiting, and who may know?",
        description="Questions asked in the last 30 days of the data, older than 24 hours, that nobody has answered, the "
        "oldest first, each with up to three members who are likely to know its topics. Nobody is named more than three times.",
        source="our own, after Discourse",
        empty="nobody has waited for more than a day for an answer to a question of the last 30 days",
        unit=Unit.COUNT,
        whose=Whose.ASKER,
        counts=Counts.STATE,
        relations=("questions",),
        sql=exhibit_sql("waiting_list"),
        rows=Rows.THREADS,
        columns=(
            Column("title", "Question", Role.THREAD),
            Column("url", "Link", Role.LINK),
            Column("topics", "Topics", Role.GROUP),
            Column("asker_seniority", "Seniority", Role.SENIORITY, personal=True),
            Column("days_waiting", "Days waiting", Role.VALUE, Unit.RATIO),
            Column("may_know", "May know", Role.TEXT, personal=True),
        ),
        splits=ASKER_SPLITS,
        shape=suggest,
        drawn=False,
    ),
    Exhibit(
        id="help_by_team",
        promise=Promise.HELP,
        title="Does help cross teams?",
        description="Helps by the asker's team and the helper's team, both on the day of the help.",
        source="our own",
        empty=NO_HELP,
        unit=Unit.COUNT,
        whose=Whose.ASKER,
        counts=Counts.FLOW,
        relations=("helps",),
        sql=f"select asker_team, helper_team, count(*) as helps, {OF_ALL_ASKERS} from helps group by all order by all",
        rows=Rows.GROUPS,
        columns=(
            Column("asker_team", "Asker's team", Role.TEAM),
            Column("helper_team", "Helper's team", Role.TEAM),
            Column("helps", "Helps", Role.VALUE, Unit.COUNT),
        ),
        splits=ASKER_SPLITS,
        every_group=True,
        finding=crossing,
    ),
    Exhibit(
        id="help_by_seniority",
        promise=Promise.HELP,
        title="Does help cross seniority?",
        description="Helps by the asker's seniority and the helper's seniority, both on the day of the help.",
        source="our own",
        empty=NO_HELP,
        unit=Unit.COUNT,
        whose=Whose.ASKER,
        counts=Counts.FLOW,
        relations=("helps",),
        sql=f"select asker_seniority, helper_seniority, count(*) as helps, {OF_ALL_ASKERS} from helps "
        "group by all order by all",
        rows=Rows.GROUPS,
        columns=(
            Column("asker_seniority", "Asker's seniority", Role.SENIORITY),
            Column("helper_seniority", "Helper's seniority", Role.SENIORITY),
            Column("helps", "Helps", Role.VALUE, Unit.COUNT),
        ),
        splits=ASKER_SPLITS,
        every_group=True,
        finding=crossing,
    ),
    Exhibit(
        id="network",
        promise=Promise.HELP,
        title="Who holds it together?",
        description=f"The {MOST_DRAWN} members with the most ties, each whom one helped and each by whom one was helped in the "
        "period, also outside the picture. Who helps one another stands near; the bigger the dot, the more ties.",
        source="our own",
        empty=NO_HELP,
        unit=Unit.COUNT,
        whose=Whose.HELPER,
        counts=Counts.FLOW,
        relations=("help_pairs",),
        sql=exhibit_sql("network"),
        rows=Rows.PEOPLE,
        columns=(
            Column("helper_name", "Helper", Role.PERSON),
            Column("helper_team", "Helper's team", Role.TEAM),
            Column("asker_name", "Helped", Role.PERSON),
            Column("asker_team", "Team of who was helped", Role.TEAM),
            Column("helps", "Helps", Role.VALUE, Unit.COUNT),
            Column("helper_x", "Helper across", Role.PLACE),
            Column("helper_y", "Helper up", Role.PLACE),
            Column("asker_x", "Helped across", Role.PLACE),
            Column("asker_y", "Helped up", Role.PLACE),
            Column("helper_ties", "Helper's ties", Role.PLACE),
            Column("asker_ties", "Ties of who was helped", Role.PLACE),
        ),
        splits=HELPER_SPLITS,
        shape=laid_out,
    ),
    Exhibit(
        id="best_connected",
        promise=Promise.HELP,
        title="Who has the most ties?",
        description="The members with the most ties, at most 150: how many people each helped and was helped by in the period, "
        "with the team at the last of these helps. Deleted accounts are nobody. A filter by team means the helper's.",
        source="our own",
        empty=NO_HELP,
        unit=Unit.COUNT,
        whose=Whose.HELPER,
        counts=Counts.FLOW,
        relations=("help_pairs",),
        sql=exhibit_sql("network"),
        rows=Rows.PEOPLE,
        columns=(
            Column("name", "Member", Role.PERSON),
            Column("team", "Team", Role.TEAM),
            Column("helped", "People helped", Role.VALUE, Unit.COUNT),
            Column("helped_by", "Helped by", Role.VALUE, Unit.COUNT),
        ),
        splits=HELPER_SPLITS,
        shape=best_connected,
        drawn=False,
    ),
    Exhibit(
        id="hanging_topics",
        promise=Promise.HELP,
        title="What hangs on one person?",
        description="Topics of which one person gave half or more of all helps in the 365 days before the data ends, of those "
        "with 10 or more helps on 5 or more questions. A filter by team means the team of that person.",
        source="CHAOSS contributor absence factor, by topic",
        empty="no topic hangs on one person: of none did one person give half of 10 or more helps",
        of_topics=True,
        unit=Unit.COUNT,
        whose=Whose.HELPER,
        counts=Counts.STATE,
        relations=("hanging_topics",),
        sql="select topic, helper_name, cast(round(100 * own_share) as int) as own_percent, "
        "case when has_left then 'left' else 'here' end as whereabouts, last_helped, "
        "helps, questions, has_left "
        "from hanging_topics order by own_share desc, helps desc, topic",
        rows=Rows.TOPICS,
        columns=(
            Column("topic", "Topic", Role.TOPIC),
            Column("helper_name", "Who", Role.PERSON, personal=True),
            Column("own_percent", "Gives (%)", Role.VALUE, Unit.COUNT),
            Column("whereabouts", "Still here?", Role.GROUP),
            Column("last_helped", "Last helped", Role.TIME, personal=True),
            Column("helps", "Helps", Role.VALUE, Unit.COUNT),
            Column("questions", "Questions helped", Role.VALUE, Unit.COUNT),
        ),
        splits=HELPER_SPLITS,
        finding=topics_at_risk,
        drawn=False,
    ),
    Exhibit(
        id="likely_to_know",
        promise=Promise.HELP,
        title="Who may know?",
        description="Members who are likely to know a topic, the likeliest first: their helps on it in the 365 days "
        "before the data ends, more for accepted and thanked ones, less for older ones; topics that share 3 or more questions "
        "count half. Only members active in the last 30 days. Without a topic chosen, the first three of each whom the filters "
        "let in.",
        source="our own",
        empty="nobody helped on a question that has a topic",
        of_topics=True,
        unit=Unit.COUNT,
        whose=Whose.MEMBER,
        counts=Counts.STATE,
        relations=("likely_to_know",),
        sql=f"""
            select topic, name, member_team, member_seniority, helps, accepted, thanks, related_helps, last_helped
            from likely_to_know
            where len($topics) = 0 or topic in (select unnest($topics))
            qualify row_number() over (partition by topic order by place) <= if(len($topics) > 0, {MOST_KNOWING}, 3)
            order by topic, place""",
        rows=Rows.PEOPLE,
        columns=(
            Column("topic", "Topic", Role.TOPIC),
            Column("name", "Member", Role.PERSON),
            Column("member_team", "Team", Role.TEAM),
            Column("member_seniority", "Seniority", Role.SENIORITY),
            Column("reason", "Why", Role.TEXT),
        ),
        splits=("team", "seniority", "topic"),
        shape=with_reasons,
        drawn=False,
    ),
)
