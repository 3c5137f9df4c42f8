"""What chance does in each community, found once for each store from its whole history (metrics,
2.9).

`likeness` says of each number how alike one person's rows are, `weekly_counts` how much of what is
counted came in each week. Of one period or one group neither can be told: it has too few people and
too few months.
"""

from collections.abc import Iterator

import duckdb
import polars as pl

from cop_metrics.access.catalogue import CommunityChoices, read_catalogue
from cop_metrics.access.scope import Scope
from cop_metrics.measure.calendar import calendar
from cop_metrics.measure.changes import SCANNED
from cop_metrics.measure.measurer import Measurer
from cop_metrics.metrics import METRICS
from cop_metrics.period import Period, to_day
from cop_metrics.statistics.people import likeness
from cop_metrics.values import create_table

DIGITS = 6
LIKENESS: dict[str, type[pl.DataType]] = {
    "community": pl.String,
    "metric": pl.String,
    "likeness": pl.Float64,
}
WEEKS: dict[str, type[pl.DataType]] = {
    "community": pl.String,
    "metric": pl.String,
    "day": pl.Int32,
    "counted": pl.Int64,
    "member_days": pl.Int64,
}


def keep_noise(connection: duckdb.DuckDBPyConnection) -> None:
    """Write the tables `likeness` and `weekly_counts` into the store that is being built, which has
    all others.
    """
    create_table(connection, "likeness", pl.DataFrame(schema=LIKENESS))
    create_table(connection, "weekly_counts", pl.DataFrame(schema=WEEKS))
    catalogue = read_catalogue(connection)
    alike = [row for choices in catalogue.values() for row in _likeness(connection, choices)]
    weeks = [row for choices in catalogue.values() for row in _weekly_counts(connection, choices)]
    create_table(connection, "likeness", pl.DataFrame(alike, schema=LIKENESS, orient="row"))
    create_table(connection, "weekly_counts", pl.DataFrame(weeks, schema=WEEKS, orient="row"))


def _likeness(
    cursor: duckdb.DuckDBPyConnection, choices: CommunityChoices
) -> Iterator[tuple[str, str, float]]:
    measurer = Measurer(cursor=cursor, choices=choices)
    for metric in sorted(METRICS.values(), key=lambda metric: metric.id):
        persons = measurer.persons(metric, _all_data(choices))
        if persons is not None:
            found = likeness(*(persons[name].to_numpy() for name in ("n", "sums", "squares")))
            yield choices.community, metric.id, round(found, DIGITS)


def _weekly_counts(
    cursor: duckdb.DuckDBPyConnection, choices: CommunityChoices
) -> Iterator[tuple[str, str, int, int, int]]:
    """Yield the whole weeks of the data, with how many members there were on how many days of each."""
    measurer, scope = Measurer(cursor=cursor, choices=choices), _all_data(choices)
    starts = [to_day(start) for start in calendar(scope.period, "week", choices)]
    whole = [
        day for day in starts if day >= choices.first_whole_day and day + 7 <= choices.as_of_day
    ]
    if not whole:
        return
    present = dict(
        cursor.execute(_PRESENT, {"community": choices.community, "days": whole}).fetchall()
    )
    for metric in (METRICS[id_] for id_ in sorted(SCANNED)):
        if not metric.measure.counts or measurer.unmeasurable(metric):
            continue
        found = measurer.evidence(metric, scope, None).get("")
        counted = (
            {}
            if found is None
            else dict(zip(map(to_day, found["week"]), found["value"], strict=True))
        )
        for day in whole:
            yield (
                choices.community,
                metric.id,
                day,
                round(counted.get(day, 0.0)),
                present.get(day, 0),
            )


_PRESENT = """
    select day, cast(sum(least(held_to, day + 7) - greatest(held_from, day)) as bigint)
    from (select unnest($days) as day) join memberships
        on community = $community and held_from < day + 7 and held_to > day
    group by day"""


def _all_data(choices: CommunityChoices) -> Scope:
    period = Period(first_day=choices.first_day, end_day=choices.as_of_day + 1, words="")
    return Scope(community=choices.community, period=period)
