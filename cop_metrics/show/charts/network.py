"""The picture of who helps whom. To add one: a function that draws its table, and its entry in
`BUILDERS`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go
import polars as pl

from cop_metrics import words
from cop_metrics.metrics.metric import Promise
from cop_metrics.people import UNKNOWN
from cop_metrics.show.charts import canvas, labels
from cop_metrics.show.charts.look import Look, faded

HEIGHT = 460
MOST_NAMED = 3
OTHERS = "other teams"
SMALLEST, LARGEST = 6.0, 20.0
ENDS = 1.12
WIDTHS, HIGH = (330, 390, 450), 430
"""The pixels that names are laid out for, from a phone to a half of a wide screen."""
LETTER, NAME_HIGH = 6.8, 20
AWAY = (20, 34, 50, 70, 95, 125, 160)
ASIDE = (0, -45, 45, -90, 90)
LED = 26
"""From how many pixels on a thin line leads from a name to its dot."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True, kw_only=True)
class Dot:
    """One member of the picture: all their ties, with how many of it they are joined, and how many
    of these were helped.
    """

    name: str
    team: str
    place: tuple[float, float]
    ties: int
    joined: int
    helped: int

    def on(self, wide: int) -> tuple[float, float]:
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
    hidden: dict[str, Any] = {"visible": False, "range": [-ENDS, ENDS], "fixedrange": True}
    return canvas.sheet(
        [
            _lines(table, look),
            *(
                _team(team, own, most, _colour(team, teams, look), look)
                for team, own in teams.items()
            ),
        ],
        look,
        height=HEIGHT + 18 * (len(teams) // 4),
        description=f"{words.counted(len(dots), 'member')} and {words.counted(_ties(table), 'tie')}. Most ties: "
        + "; ".join(f"{_told(dot)} {dot.ties}" for dot in foremost)
        + ".",
        subtitle=f"{words.counted(len(dots), 'member')}, {words.counted(_ties(table), 'tie')} between them",
        showlegend=len(teams) > 1,
        legend=canvas.legend(look),
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


def _told(dot: Dot) -> str:
    return dot.name if dot.team == UNKNOWN else f"{dot.name} ({dot.team})"


def _dots(table: pl.DataFrame) -> list[Dot]:
    """Return the members of a table of ties; those of one name stand at different places."""
    ends = (
        [f"{end}_{what}" for what in ("name", "team", "ties", "x", "y")]
        for end in ("helper", "asker")
    )
    told: dict[tuple[float, float], tuple[str, str, int]] = {}
    helped: dict[tuple[float, float], set[tuple[float, float]]] = {}
    joined: dict[tuple[float, float], set[tuple[float, float]]] = {}
    for helper, asker in zip(*(table.select(end).rows() for end in ends), strict=True):
        one, other = helper[3:], asker[3:]
        told[one], told[other] = helper[:3], asker[:3]
        helped.setdefault(one, set()).add(other)
        joined.setdefault(one, set()).add(other)
        joined.setdefault(other, set()).add(one)
    return [
        Dot(
            name=name,
            team=team,
            place=place,
            ties=ties,
            joined=len(joined[place]),
            helped=len(helped.get(place, ())),
        )
        for place, (name, team, ties) in sorted(told.items(), key=lambda item: item[0])
    ]


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
    return len({frozenset(((x, y), (asker_x, asker_y))) for x, y, asker_x, asker_y in ends})


def _lines(table: pl.DataFrame, look: Look) -> dict[str, Any]:
    across, up = (
        [
            end
            for one, other in table.select(f"helper_{at}", f"asker_{at}").iter_rows()
            for end in (one, other, None)
        ]
        for at in ("x", "y")
    )
    return {
        "type": "scatter",
        "mode": "lines",
        "x": across,
        "y": up,
        "line": {"color": faded(look.faint, 0.28), "width": 1},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _size(dot: Dot, most: int) -> float:
    return float(SMALLEST + (LARGEST - SMALLEST) * (dot.ties / most) ** 0.5)


def _team(team: str, dots: list[Dot], most: int, colour: str, look: Look) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": labels.short(team),
        "x": [dot.place[0] for dot in dots],
        "y": [dot.place[1] for dot in dots],
        "marker": {
            "color": colour,
            "opacity": 1,
            "size": [_size(dot, most) for dot in dots],
            "line": {"width": 1, "color": look.surface},
        },
        "hovertext": [
            f"<b>{labels.safe(_told(dot))}</b>: {words.counted(dot.ties, 'tie')}<br>"
            f"joined with {words.counted(dot.joined, 'member')} of the picture<br>of whom {dot.helped:,} were helped"
            for dot in dots
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _names(foremost: Sequence[Dot], dots: Sequence[Dot], look: Look) -> canvas.Marks:
    """Return the names of the foremost, each at the nearest place where it covers no dot and no
    other name, as far as any is.
    """
    most = max(dot.ties for dot in dots)
    covered = {
        wide: [_around(dot.on(wide), _size(dot, most) / 2 + 1) for dot in dots] for wide in WIDTHS
    }
    taken: dict[int, list[Box]] = {wide: [] for wide in WIDTHS}
    places = sorted(
        ((aside, up * away) for away in AWAY for up in (1, -1) for aside in ASIDE),
        key=lambda place: place[0] ** 2 / 4 + place[1] ** 2,
    )
    marks = []
    for dot in foremost:
        found = {place: _boxes(dot, *place) for place in places}
        within = [
            place
            for place in places
            if all(_inside(box, wide) for wide, box in found[place].items())
        ] or places
        best = min(
            within,
            key=lambda place: sum(
                _covers(box, covered[on], taken[on]) for on, box in found[place].items()
            ),
        )
        for wide, box in found[best].items():
            taken[wide].append(box)
        marks.append(_name(dot, *best, look))
    return marks


def _boxes(dot: Dot, right: float, up: float) -> dict[int, Box]:
    """Return by the width of the sheet what the name of a dot covers that far away from it."""
    half = LETTER * min(len(dot.name), 18) / 2
    return {
        wide: _around((dot.on(wide)[0] + right, dot.on(wide)[1] + up), half, NAME_HIGH / 2)
        for wide in WIDTHS
    }


def _covers(box: Box, dots: Sequence[Box], names: Sequence[Box]) -> int:
    """Return how much a name would cover there; another name counts more than all dots."""
    return sum(_meet(box, dot) for dot in dots) + len(dots) * sum(
        _meet(box, name) for name in names
    )


def _around(middle: tuple[float, float], across: float, up: float | None = None) -> Box:
    up = across if up is None else up
    return middle[0] - across, middle[1] - up, middle[0] + across, middle[1] + up


def _inside(box: Box, wide: int) -> bool:
    return -wide / 2 <= box[0] and box[2] <= wide / 2 and box[1] >= -HIGH / 2 and box[3] <= HIGH / 2


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _name(dot: Dot, right: float, up: float, look: Look) -> dict[str, Any]:
    """Return a name that stands so many pixels away from its dot, a line between them where it is
    far.
    """
    led = (
        {"arrowcolor": look.faint, "arrowwidth": 0.8}
        if abs(right) + abs(up) > LED
        else {"arrowcolor": "rgba(0,0,0,0)"}
    )
    return canvas.note(
        labels.short(dot.name, 18),
        *dot.place,
        look,
        xref="x",
        yref="y",
        showarrow=True,
        arrowhead=0,
        ax=right,
        ay=-up,
        xanchor="center",
        yanchor="middle",
        bgcolor=faded(look.surface, 0.75),
        borderpad=1,
        **led,
    )
