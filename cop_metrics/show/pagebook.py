"""The pages: which cards, charts and lists each holds, in order. The dashboard, the reports and the
tests loop over `PAGES`.

To add a card, chart or list: its id in the page's entry. To add a page: an entry; one that shows more
than that has a file in `pages/shown/`, named in `dashboard.py`.
"""

from dataclasses import dataclass

from cop_metrics.access.catalogue import Reading
from cop_metrics.errors import UnknownName
from cop_metrics.metrics.metric import Promise
from cop_metrics.show.kinds import Chart, Groups, GroupsOverTime, OverTime, ShowExhibit


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page: `headline` is the metric that its first sentence is about; `lists` are metrics whose
    rows are shown.

    `told_first`: by what the sources tell of reading, the sentence that stands before all others;
    where there is one, what cannot be measured is named in the small print instead of shown empty.
    """

    id: str
    title: str
    question: str
    promise: Promise
    headline: str
    cards: tuple[str, ...]
    charts: tuple[Chart, ...]
    lists: tuple[str, ...]
    told_first: tuple[tuple[Reading, str], ...] = ()


OVERVIEW = Page(
    id="overview",
    title="Overview",
    question="Does the community keep its promises?",
    promise=Promise.PARTICIPATION,
    headline="answer_rate",
    cards=(
        "answer_rate",
        "reading_rate",
        "recognition_rate",
        "contributors",
        "questions",
        "waiting_questions",
        "helpers_and_up",
    ),
    charts=(
        Groups(id_="answer_rate", by="seniority", title="Help: is everyone answered alike?"),
        Groups(id_="reading_rate", by="seniority", title="Inspiration: who watches and learns?"),
        Groups(id_="recognition_rate", by="seniority", title="Status: whose help is recognised?"),
        ShowExhibit(id="claims"),
        Groups(id_="no_benefit", by="team", title="Where do people get nothing out of it?"),
        Groups(id_="no_benefit", by="seniority", title="Who gets nothing out of it?"),
        ShowExhibit(id="waiting_list"),
        ShowExhibit(id="to_thank"),
        ShowExhibit(id="hanging_topics"),
    ),
    lists=(),
)

PARTICIPATION = Page(
    id="participation",
    title="Participation",
    question="Who takes part, and how?",
    promise=Promise.PARTICIPATION,
    headline="contributor_rate",
    cards=(
        "members",
        "active",
        "contributors",
        "readers",
        "new",
        "returning",
        "away",
        "retention",
        "health_index",
        "stickiness",
        "no_benefit",
    ),
    charts=(
        ShowExhibit(id="people_by_act"),
        GroupsOverTime(id_="contributor_rate", by="team", title="Is each team taking part?"),
        ShowExhibit(id="cohorts"),
        ShowExhibit(id="awake"),
        ShowExhibit(id="lorenz"),
        ShowExhibit(id="giving"),
        Groups(id_="contributor_rate", by="team", title="Which teams write?"),
        Groups(id_="contributor_rate", by="seniority", title="Who writes?"),
        ShowExhibit(id="balance_by_team"),
        ShowExhibit(id="balance_by_seniority"),
        Groups(id_="silent", by="team", title="Where are people silent?"),
        OverTime(
            ids=("retention", "health_index"),
            title="Do people come again?",
            description="Of the people active in the days before each month, as many as it has, the share who came in it; and of "
            "the people active in the twelve months that end with it, the share who came in its last month.",
        ),
    ),
    lists=("contributors",),
)

ANSWERS = Page(
    id="answers",
    title="Answers",
    question="When someone asks, does anyone answer?",
    promise=Promise.HELP,
    headline="answer_rate",
    cards=(
        "questions",
        "answer_rate",
        "wait",
        "wait_in_hours_of_work",
        "waiting_questions",
        "solved_rate",
        "ever_answered",
        "given_up",
    ),
    charts=(
        ShowExhibit(id="waiting_list"),
        ShowExhibit(id="waiting_curve"),
        ShowExhibit(id="waiting_curve_by_team"),
        OverTime(
            ids=("answer_rate_1h", "answer_rate_24h", "answer_rate", "answer_rate_30d"),
            title="Is it getting better?",
            description="The share of each month's questions that another member answered within 1 hour, 24 hours, 7 days and "
            "30 days. Each line leaves out the questions that are younger than that: too soon to tell.",
        ),
        ShowExhibit(id="outcomes"),
        ShowExhibit(id="topics"),
        ShowExhibit(id="gaps"),
        Groups(id_="answer_rate", by="team", title="Does every team get help alike?"),
        Groups(id_="wait", by="team", title="How long does each team wait?"),
        ShowExhibit(id="newcomers_by_quarter"),
        ShowExhibit(id="newcomers_back"),
        Groups(id_="answer_rate", by="topic", title="Which topics are answered?"),
        Groups(id_="wait", by="topic", title="Which topics wait longest?"),
        ShowExhibit(id="topics_to_act_on"),
    ),
    lists=("answer_rate", "given_up"),
)

INSPIRATION = Page(
    id="inspiration",
    title="Inspiration",
    question="Do people watch and learn?",
    promise=Promise.INSPIRATION,
    headline="reading_rate",
    cards=(
        "readers",
        "readers_not_posting",
        "reading_rate",
        "reads_from_other_teams",
        "read_to_ask_90d",
        "read_to_answer_90d",
        "learning_from_seniors",
        "leavers_knowledge",
        "evergreen_threads",
        "echo",
    ),
    charts=(
        ShowExhibit(id="worth_reading"),
        ShowExhibit(id="read_to_ask"),
        ShowExhibit(id="read_to_answer"),
        Groups(id_="reading_rate", by="seniority", title="Who watches?"),
        Groups(id_="reading_juniors_asking", by="team", title="Do juniors who read also ask?"),
        Groups(id_="reading_rate", by="team", title="Which teams watch?"),
        Groups(
            id_="learning_from_seniors",
            by="team",
            title="Where do juniors read what seniors answered?",
        ),
        Groups(
            id_="reads_from_other_teams", by="team", title="Which teams read what others write?"
        ),
        ShowExhibit(id="whose_knowledge"),
        ShowExhibit(id="leavers_threads"),
        ShowExhibit(id="echoed_threads"),
    ),
    lists=("evergreen_threads",),
    told_first=(
        (
            Reading.TOTALS,
            "The sources count views of threads, not who reads: readers and what they learn cannot be told. Shown are the most "
            "viewed threads, and the echo: reactions by people outside the conversation.",
        ),
        (
            Reading.NOTHING,
            "The sources record no reading: who watches and learns cannot be told. Shown is the echo: reactions by people "
            "outside the conversation. A table of reads (thread, reader, day) would fill this page.",
        ),
    ),
)

STATUS = Page(
    id="status",
    title="Status",
    question="Does answering make people known?",
    promise=Promise.STATUS,
    headline="recognition_rate",
    cards=(
        "recognition_rate",
        "helpers_and_up",
        "helpers_and_up_rate",
        "moved_up",
        "moved_down",
        "first_helps",
        "people_helped",
        "teams_helped",
        "thankers",
        "recognised_by_juniors",
        "seniors_unrecognised",
        "points",
        "answer_concentration",
    ),
    charts=(
        ShowExhibit(id="levels_over_time"),
        ShowExhibit(id="levels"),
        GroupsOverTime(
            id_="helpers_and_up", by="team", title="Which teams grow helpers and experts?"
        ),
        GroupsOverTime(
            id_="helpers_and_up", by="seniority", title="Who grows into helpers and experts?"
        ),
        ShowExhibit(id="rising"),
        ShowExhibit(id="level_paths"),
        ShowExhibit(id="level_flows"),
        ShowExhibit(id="milestones"),
        ShowExhibit(id="milestone_cohorts"),
        ShowExhibit(id="recognition_by_seniority"),
        Groups(id_="recognition_rate", by="team", title="Which teams' help is recognised?"),
        OverTime(
            ids=("seniors_helping", "juniors_helped_by_seniors"),
            title="Do seniors answer, and answer juniors?",
            description="The share of seniors who helped in the month, and of juniors' questions that are 7 days old the "
            "share whose first answer came within 7 days, from a senior.",
        ),
        Groups(id_="seniors_helping", by="team", title="Are seniors doing their part?"),
        Groups(id_="seniors_silent", by="team", title="Where are seniors silent?"),
        Groups(id_="juniors_silent", by="team", title="Where do juniors not ask?"),
        ShowExhibit(id="members_known"),
    ),
    lists=("recognition_rate", "seniors_helping"),
)

CONNECTIONS = Page(
    id="connections",
    title="Connections",
    question="Who helps whom, and what hangs on whom?",
    promise=Promise.HELP,
    headline="help_across_teams",
    cards=(
        "help_across_teams",
        "own_team_odds",
        "help_across_seniority",
        "reciprocity",
        "answer_concentration",
        "core_helpers",
        "regular_helpers",
        "topics_on_one_person",
    ),
    charts=(
        ShowExhibit(id="help_by_team"),
        ShowExhibit(id="help_by_seniority"),
        ShowExhibit(id="network"),
        ShowExhibit(id="best_connected"),
        ShowExhibit(id="hanging_topics"),
        ShowExhibit(id="likely_to_know"),
        OverTime(
            ids=("help_across_teams", "help_across_seniority", "reciprocity"),
            title="Does help reach further than before?",
            description="The share of each month's helps that crossed teams, and seniority; and of the pairs of a month, the "
            "share in which help went both ways.",
        ),
        Groups(id_="own_team_odds", by="team", title="Which teams help their own beyond chance?"),
        ShowExhibit(id="asking_and_helping"),
        Groups(
            id_="top_three_share",
            by="team",
            title="How much of each team's help rests on three people?",
        ),
    ),
    lists=(),
)

PAGES: dict[str, Page] = {
    each.id: each for each in (OVERVIEW, PARTICIPATION, ANSWERS, INSPIRATION, STATUS, CONNECTIONS)
}


def page(id_: str) -> Page:
    """Return the page of that id; raises `UnknownName` when there is none."""
    if id_ not in PAGES:
        raise UnknownName("page", id_, PAGES)
    return PAGES[id_]
