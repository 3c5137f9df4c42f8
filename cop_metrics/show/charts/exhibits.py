"""How each exhibit is drawn: an entry of `CHARTS` by its id, a form and what it needs to know.

To draw another: its entry. The forms are in the modules beside; a table that none of them fits gets
a function of the table and the look.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

import plotly.graph_objects as go
import polars as pl

from cop_metrics.show.charts.bars import asking_and_helping, giving, levels, whose_knowledge
from cop_metrics.show.charts.curves import (
    A_YEAR,
    HALF_A_YEAR,
    HOURS,
    Curves,
    shares_in_words,
    waits_in_words,
)
from cop_metrics.show.charts.flows import level_paths
from cop_metrics.show.charts.heat import Balance, Matrix, awake, cohorts
from cop_metrics.show.charts.look import Look
from cop_metrics.show.charts.lorenz import lorenz
from cop_metrics.show.charts.network import network
from cop_metrics.show.charts.stacks import Stacks, acts, levels_over_time, outcomes
from cop_metrics.show.charts.topics import topics
from cop_metrics.show.charts.whiskers import (
    claims,
    gaps,
    newcomers_back,
    newcomers_by_quarter,
    rising,
)

Drawing = Callable[[pl.DataFrame, Look], go.Figure]

WAITING = Curves(
    by="seniority",
    along=HOURS,
    share="waiting",
    did=" still waiting",
    when="{} after asking",
    sentence=waits_in_words,
    subtitle="Early hours drawn wider",
    nothing="There is nothing to draw yet: the data ends with the questions.",
    half=True,
)


def _since_first_read(did: str) -> Curves:
    """Return the curves of the share who did something by the days since they first read."""
    return Curves(
        by="seniority",
        along=HALF_A_YEAR,
        share="share",
        did=f" had {did}",
        when="{} after the first read",
        sentence=shares_in_words(
            f"{{share}} had {did} {{days}} after the first read", (30, 90), members=True
        ),
        subtitle="Days since the first read",
        nothing="There is nothing to draw: fewer than 5 members began by reading.",
        fewest=5,
    )


def _help_by(group: str, groups: str) -> Matrix:
    """Return the matrix of helps by the asker's group and the helper's."""
    return Matrix(
        noun="helps",
        row="asked by",
        column="helped by",
        most="asked by {} and helped by {}",
        crosses=f"{{share}} of {{total}} helps cross {groups}{{rest}}.",
        unknown=f"{{total}} helps; {groups} are not known.",
        subtitle=f"Rows: the asker's {group}, columns: the helper's",
    )


CHARTS: Mapping[str, Drawing] = {
    "claims": claims,
    "gaps": gaps,
    "newcomers_back": newcomers_back,
    "newcomers_by_quarter": newcomers_by_quarter,
    "rising": rising,
    "topics": topics,
    "network": network,
    "level_paths": level_paths,
    "levels": levels,
    "levels_over_time": levels_over_time,
    "people_by_act": Stacks(part="did", count="people", noun="people", parts=acts),
    "outcomes": Stacks(
        part="outcome", count="questions", noun="questions", parts=outcomes, apart="withdrawn"
    ),
    "lorenz": lorenz,
    "asking_and_helping": asking_and_helping,
    "whose_knowledge": whose_knowledge,
    "giving": giving,
    "cohorts": cohorts,
    "awake": awake,
    "balance_by_team": Balance(by="member_team"),
    "balance_by_seniority": Balance(by="member_seniority"),
    "help_by_team": _help_by("team", "teams"),
    "help_by_seniority": _help_by("seniority", "seniorities"),
    "recognition_by_seniority": Matrix(
        noun="upvotes, thanks and acceptances",
        row="by",
        column="to",
        most="given by {} and received by {}",
        crosses="{share} of {total} go to another seniority.",
        unknown="Seniorities are not known.",
        subtitle="Rows: who gave, columns: who received",
        below_title=True,
    ),
    "waiting_curve": WAITING,
    "waiting_curve_by_team": replace(WAITING, by="team"),
    "read_to_ask": _since_first_read("asked"),
    "read_to_answer": _since_first_read("answered"),
    "milestones": Curves(
        by="milestone",
        along=A_YEAR,
        share="reached",
        followed="followed",
        did="",
        when="within {} of joining",
        sentence=shares_in_words("{share} within {days}", (30, 90, 365)),
        subtitle="Days since joining",
        counted="n {:,} who joined in view of the data",
        steps=True,
        band=0.14,
        height=330,
        top=14,
        bottom=34,
    ),
}
"""By exhibit: what draws its table."""
