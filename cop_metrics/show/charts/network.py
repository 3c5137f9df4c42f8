"""The picture of who helps whom: members as dots, their ties as lines."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go
import polars as pl

from cop_metrics import words
from cop_metrics.metrics.metric import Promise
from cop_metrics.people import UNKNOWN
from cop_metrics.show.charts import canvas, labels, marks, placing
from cop_metrics.show.charts.look import Look, faded

HEIGHT = 460
MOST_NAMED = 3
OTHERS = "other teams"
SMALLEST, LARGEST = 6.0, 20.0
ENDS = 1.12
WIDTHS, HIGH = (330, 390, 450), 430
"""The pixels that names are laid out for, from a phone to a half of a wide screen."""
LETTER, NAME_HIGH, NAME_WIDTH = 6.8, 20, 18
AWAY = (20, 34, 50, 70, 95, 125, 160)
ASIDE = (0, -45, 45, -90, 90)
LED = 26
"""From how many pixels on a thin line leads from a name to its dot."""

SHEETS: dict[int, placing.Box] = {
    wide: placing.around((0, 0), wide / 2, HIGH / 2) for wide in WIDTHS
}
Away = tuple[float, float]
"""How far a name stands from its dot, to the right and up."""
PLACES: list[Away] = sorted(
    ((aside, up * away) for away in AWAY for up in (1, -1) for aside in ASIDE),
    key=lambda place: place[0] ** 2 / 4 + place[1] ** 2,
)
"""The places for a name, the nearest first."""


@dataclass(frozen=True, kw_only=True)
class Dot:
    """One member of the picture: all their ties, with how many of it they are joined, and how many
    of these were helped.
    """

    name: str
    team: str
    place: placing.Place
    ties: int
    joined: int
    helped: int

    def on(self, wide: int) -> placing.Place:
        """Return where it stands on a sheet so wide, in pixels from the middle."""
        return self.place[0] / ENDS * wide / 2, self.place[1] / ENDS * HIGH / 2


def network(table: pl.DataFrame, look: Look) -> go.Figure:
    """Draw members as dots in the colours of their teams, the bigger the more ties, and a line for
    each tie.
    """
    dots = _dots(table)
    teams = _by_colour(dots, look)
    foremost = sorted(dots, key=lambda dot: (-dot.ties, dot.name))[:MOST_NAMED]
    most = foremost[0].ties
    members, ties = words.counted(len(dots), "member"), words.counted(_ties(table), "tie")
    named = "; ".join(f"{_full_name(dot)} {dot.ties}" for dot in foremost)
    hidden: dict[str, Any] = {"visible": False, "range": [-ENDS, ENDS], "fixedrange": True}
    drawn = [
        _team(team, own, most, _colour(team, teams, look), look) for team, own in teams.items()
    ]
    return canvas.sheet(
        [_lines(table, look), *drawn],
        look,
        height=HEIGHT + canvas.more_legend(len(teams)),
        description=f"{members} and {ties}. Most ties: {named}.",
        subtitle=f"{members}, {ties} between them",
        legend=canvas.legend(look) if len(teams) > 1 else None,
        xaxis=hidden,
        yaxis=hidden,
        annotations=_names(foremost, dots, look),
    )


def _colour(team: str, teams: Iterable[str], look: Look) -> str:
    """Return the colour of a team; where no team is known all are of one."""
    if team == OTHERS:
        return look.other
    return (
        look.promises[Promise.HELP]
        if [*teams] == [UNKNOWN]
        else look.colour(team) or look.promises[Promise.HELP]
    )


def _full_name(dot: Dot) -> str:
    return dot.name if dot.team == UNKNOWN else f"{dot.name} ({dot.team})"


def _dots(table: pl.DataFrame) -> list[Dot]:
    """Return the members of a table of ties; those of one name stand at different places."""
    people: dict[placing.Place, tuple[str, str, int]] = {}
    helped: dict[placing.Place, set[placing.Place]] = {}
    joined: dict[placing.Place, set[placing.Place]] = {}
    for helper, asker in zip(_ends(table, "helper"), _ends(table, "asker"), strict=True):
        *one, helper_x, helper_y = helper
        *other, asker_x, asker_y = asker
        here, there = (helper_x, helper_y), (asker_x, asker_y)
        people[here], people[there] = tuple(one), tuple(other)
        helped.setdefault(here, set()).add(there)
        joined.setdefault(here, set()).add(there)
        joined.setdefault(there, set()).add(here)
    return [
        Dot(
            name=people[place][0],
            team=people[place][1],
            place=place,
            ties=people[place][2],
            joined=len(joined[place]),
            helped=len(helped.get(place, ())),
        )
        for place in sorted(people)
    ]


def _ends(table: pl.DataFrame, end: str) -> list[tuple[Any, ...]]:
    """Return who stands at one end of each tie, and where."""
    return table.select(f"{end}_{what}" for what in ("name", "team", "ties", "x", "y")).rows()


def _by_colour(dots: list[Dot], look: Look) -> dict[str, list[Dot]]:
    """Return the members by team, in the order of the catalogue; teams without a colour of their
    own are one.
    """
    found: dict[str, list[Dot]] = {}
    rest: list[Dot] = []
    for team in look.in_order(dot.team for dot in dots):
        own = [dot for dot in dots if dot.team == team]
        if team != UNKNOWN and look.colour(team) == look.other:
            rest += own
        else:
            found[team] = own
    return {**found, OTHERS: rest} if rest else found


def _ties(table: pl.DataFrame) -> int:
    ends = table.select("helper_x", "helper_y", "asker_x", "asker_y").iter_rows()
    # Who helped one another have one tie, though it has a row each way.
    ties = {frozenset(((x, y), (asker_x, asker_y))) for x, y, asker_x, asker_y in ends}
    return len(ties)


def _lines(table: pl.DataFrame, look: Look) -> marks.Mark:
    xs, ys = (_broken(table, at) for at in ("x", "y"))
    return marks.line(xs, ys, faded(look.faint, 0.28), 1, **marks.SILENT)


def _broken(table: pl.DataFrame, at: str) -> list[float | None]:
    """Return where ties begin and end along one axis, with breaks between them."""
    ends = table.select(f"helper_{at}", f"asker_{at}").iter_rows()
    return [place for helper, asker in ends for place in (helper, asker, None)]


def _size(dot: Dot, most: int) -> float:
    return float(SMALLEST + (LARGEST - SMALLEST) * (dot.ties / most) ** 0.5)


def _team(team: str, dots: Sequence[Dot], most: int, colour: str, look: Look) -> marks.Mark:
    drawn = marks.dots(
        [dot.place[0] for dot in dots],
        [dot.place[1] for dot in dots],
        colour,
        map(_hover, dots),
        name=labels.short(team),
    )
    edge = {"width": 1, "color": look.surface}
    drawn["marker"] |= {"opacity": 1, "size": [_size(dot, most) for dot in dots], "line": edge}
    return drawn


def _hover(dot: Dot) -> str:
    ties, joined = words.counted(dot.ties, "tie"), words.counted(dot.joined, "member")
    return (
        f"<b>{labels.safe(_full_name(dot))}</b>: {ties}<br>joined with {joined} of the picture<br>"
        f"of whom {dot.helped:,} were helped"
    )


def _names(foremost: Sequence[Dot], dots: Sequence[Dot], look: Look) -> canvas.Marks:
    """Return the names of the foremost, each at the nearest place where it covers no dot and no
    other name, as far as any is.
    """
    most = max(dot.ties for dot in dots)
    covered = {wide: [_covered(dot, wide, most) for dot in dots] for wide in WIDTHS}
    taken: dict[int, list[placing.Box]] = {wide: [] for wide in WIDTHS}
    names = []
    for dot in foremost:
        away = _best_place(dot, covered, taken)
        for wide in WIDTHS:
            taken[wide].append(_box(dot, away, wide))
        names.append(_name(dot, away, look))
    return names


def _covered(dot: Dot, wide: int, most: int) -> placing.Box:
    """Return what a dot covers of a sheet so wide."""
    reach = _size(dot, most) / 2 + 1
    return placing.around(dot.on(wide), reach, reach)


def _best_place(
    dot: Dot,
    covered: Mapping[int, Sequence[placing.Box]],
    taken: Mapping[int, Sequence[placing.Box]],
) -> Away:
    def lies_within(away: Away) -> bool:
        return all(
            placing.lies_within(_box(dot, away, wide), sheet) for wide, sheet in SHEETS.items()
        )

    def covers(away: Away) -> int:
        """Count what a name would cover; another name counts more than all dots."""
        count = 0
        for wide in WIDTHS:
            box, dots = _box(dot, away, wide), covered[wide]
            count += placing.meets(box, dots) + len(dots) * placing.meets(box, taken[wide])
        return count

    return min([place for place in PLACES if lies_within(place)] or PLACES, key=covers)


def _box(dot: Dot, away: Away, wide: int) -> placing.Box:
    """Return what the name of a dot covers that far away from it."""
    x, y = dot.on(wide)
    half = LETTER * min(len(dot.name), NAME_WIDTH) / 2
    return placing.around((x + away[0], y + away[1]), half, NAME_HIGH / 2)


def _name(dot: Dot, away: Away, look: Look) -> marks.Mark:
    """Return a name that stands so many pixels away from its dot, a line between them where it is
    far.
    """
    right, up = away
    far = abs(right) + abs(up) > LED
    return canvas.note(
        labels.short(dot.name, NAME_WIDTH),
        *dot.place,
        look,
        xref="x",
        yref="y",
        showarrow=True,
        arrowhead=0,
        arrowcolor=look.faint if far else "rgba(0,0,0,0)",
        ax=right,
        ay=-up,
        xanchor="center",
        yanchor="middle",
        bgcolor=faded(look.surface, 0.75),
        borderpad=1,
        **({"arrowwidth": 0.8} if far else {}),
    )
