"""Several numbers as dots with whiskers: in rows one below the other, or by quarter."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import plotly.graph_objects as go
import polars as pl

from cop_metrics import words
from cop_metrics.metrics.metric import Promise
from cop_metrics.people import UNKNOWN
from cop_metrics.show.charts import canvas, labels, marks
from cop_metrics.show.charts.look import Look, shades
from cop_metrics.units import Unit

Row = Mapping[str, Any]
Placed = tuple[int, Row]
"""A row of the table and its row of the sheet, from the lowest upwards."""
ROW_HEIGHT = 52
APART, DAYS_APART = 0.17, 5
NAME_WIDTH, NOTE_WIDTH = 18, 34
MOST_MEMBERS = 15
RATES = {
    "answer_rate_24h": ("within 24 hours", "low_24h", "high_24h"),
    "answer_rate": ("within 7 days", "low", "high"),
}


def _joined(shown: Sequence[marks.Dot], name: str, *, upright: bool = False) -> list[marks.Mark]:
    """Return dots of one name above their whiskers, which the legend shows once."""
    *whiskers, dots = marks.whiskered(shown, upright=upright)
    colour = shown[0].colour if shown else ""
    dots |= {
        "mode": "lines+markers" if upright else "markers",
        "line": {"color": colour, "width": 1.2},
        "marker": {"size": 10, "color": colour},
    }
    common = {"name": name, "legendgroup": name, "cliponaxis": False}
    return [trace | common for trace in (*whiskers, dots)]


def _share(row: Row, name: str, place: Any, colour: str, *, n: int | None = None) -> marks.Dot:
    """Return a share of a row with its interval, named as it is pointed at."""
    return marks.Dot(
        place=place,
        value=row["share"],
        low=row["low"],
        high=row["high"],
        colour=colour,
        hover=marks.hover(
            f"{labels.safe(name)}: {labels.percent(row['share'])}",
            labels.share_interval(row),
            "" if n is None else f"n {n:,}",
        ),
    )


def gaps(table: pl.DataFrame, look: Look) -> go.Figure:
    """Draw the shares answered within a day and within 7 days of each seniority, its median wait
    beside.
    """
    found = {row["seniority"]: row for row in table.to_dicts()}
    placed = _downwards([found[group] for group in look.in_order(found)])
    traces: list[marks.Mark] = []
    for rate, colour, side in zip(RATES, _two(look), (APART, -APART), strict=True):
        traces += _answered(placed, rate, colour, side)
    return canvas.sheet(
        traces,
        look,
        height=64 + ROW_HEIGHT * len(placed),
        description=" ".join(_gap_in_words(row) for _, row in placed),
        right=120,
        top=30,
        bottom=34,
        xaxis=canvas.share_axis(look),
        yaxis=_names(look, [labels.short(row["seniority"], NAME_WIDTH) for _, row in placed]),
        annotations=[canvas.beside(_half(row, look), at, look) for at, row in placed],
        legend=canvas.legend(look),
    )


def _downwards(rows: Sequence[Row]) -> list[Placed]:
    """Return rows with their places, the first on top."""
    return [(len(rows) - 1 - at, row) for at, row in enumerate(rows)]


def _names(look: Look, downwards: Sequence[str]) -> marks.Mark:
    return canvas.rows_axis(look, downwards[::-1], ticklabelstandoff=4)


def _answered(placed: Sequence[Placed], rate: str, colour: str, side: float) -> list[marks.Mark]:
    """Return one rate of each seniority, a little beside the middle of its row."""
    name, low, high = RATES[rate]
    shown = [
        _share(
            {"share": row[rate], "low": row[low], "high": row[high]},
            f"{row['seniority']}, {name}",
            at + side,
            colour,
        )
        for at, row in placed
        if row[rate] is not None
    ]
    return _joined(shown, name)


def _half(row: Row, look: Look) -> str:
    """Return within which time half of the questions had an answer, or that most still wait, or
    that none was asked.
    """
    n = labels.faint(f"n {row['questions']:,}", look)
    if not row["questions"]:
        return f"{labels.faint('no question asked', look)}<br>{n}"
    if row["wait"] is None:
        return f"{labels.faint('most still wait', look)}<br>{n}"
    wait = words.value(Unit.HOURS, row["wait"])
    return f"{labels.faint('half within', look)} {wait}<br>{n}"


def _gap_in_words(row: Row) -> str:
    if not row["questions"]:
        return f"{row['seniority']}: no question asked."
    rates = " and ".join(
        f"{labels.percent(row[column])} answered {name}" for column, (name, _, _) in RATES.items()
    )
    wait = (
        "the median wait is not reached"
        if row["wait"] is None
        else f"half within {words.duration(row['wait'])}"
    )
    return f"{row['seniority']}: {rates}; {wait} ({words.counted(row['questions'], 'question')})."


def newcomers_back(table: pl.DataFrame, look: Look) -> go.Figure:
    """Draw the share of newcomers who came back, by whether their first question was answered."""
    placed = _downwards(table.to_dicts())
    colour = look.promises[Promise.HELP]
    shown = [
        _share(row, row["first_question"], at, colour, n=row["newcomers"]) for at, row in placed
    ]
    return canvas.sheet(
        _joined(shown, "came back"),
        look,
        height=64 + ROW_HEIGHT * len(placed),
        description=" ".join(_back_in_words(row) for _, row in placed),
        right=120,
        top=30,
        bottom=34,
        xaxis=canvas.share_axis(look, across=True),
        yaxis=_names(look, [row["first_question"] for _, row in placed]),
        annotations=[canvas.beside(_with_n(row, look), at, look) for at, row in placed],
    )


def _with_n(row: Row, look: Look) -> str:
    n = labels.faint(f"n {row['newcomers']:,}", look)
    return f"{labels.percent(row['share'])} {n}"


def _back_in_words(row: Row) -> str:
    newcomers = words.counted(row["newcomers"], "newcomer")
    return (
        f"First question {row['first_question']}: {labels.percent(row['share'])} of {newcomers} "
        "came back."
    )


def newcomers_by_quarter(table: pl.DataFrame, look: Look) -> go.Figure:
    """Draw by quarter the shares of newcomers who were answered and who came back, each with its
    whiskers.
    """
    rows = [{**row, "month": _quarter(row["month"])} for row in table.to_dicts()]
    numbers = sorted({row["number"] for row in rows})
    own = {number: [row for row in rows if row["number"] == number] for number in numbers}
    traces: list[marks.Mark] = []
    for number, colour, side in zip(numbers, _two(look), (-DAYS_APART, DAYS_APART), strict=False):
        traces += _by_quarter(own[number], number, colour, side)
    return canvas.sheet(
        traces,
        look,
        height=280,
        description=" ".join(_quarters_in_words(number, own[number]) for number in numbers),
        right=14,
        top=30,
        bottom=40,
        xaxis=_quarters_axis(look, sorted({row["month"] for row in rows})),
        yaxis=canvas.share_axis(look),
        legend=canvas.legend(look),
    )


def _by_quarter(rows: Sequence[Row], number: str, colour: str, side: int) -> list[marks.Mark]:
    shown = [
        _share(
            row,
            f"{_quarter_name(row['month'])}, {number}",
            _middle(row["month"], side),
            colour,
            n=row["newcomers"],
        )
        for row in rows
    ]
    return _joined(shown, number, upright=True)


def _quarters_axis(look: Look, quarters: Sequence[date]) -> marks.Mark:
    shown = quarters[:: 1 if len(quarters) <= labels.MOST_TICKS else 2]
    end = quarters[-1] + timedelta(days=92)
    return canvas.axis(
        look,
        type="date",
        range=[quarters[0].isoformat(), end.isoformat()],
        tickmode="array",
        tickvals=[_middle(quarter) for quarter in shown],
        ticktext=[_quarter_name(quarter).replace(" ", "<br>") for quarter in shown],
    )


def _two(look: Look) -> tuple[str, str]:
    light, _, dark = shades(look, look.promises[Promise.HELP], 3)
    return light, dark


def _quarter(day: date) -> date:
    return day.replace(month=day.month - (day.month - 1) % 3, day=1)


def _middle(quarter: date, side: int = 0) -> str:
    return (quarter + timedelta(days=45 + side)).isoformat()


def _quarter_name(day: date) -> str:
    return f"Q{(day.month + 2) // 3} {day.year}"


def _quarters_in_words(number: str, rows: Sequence[Row]) -> str:
    shares = ", ".join(
        f"{_quarter_name(row['month'])} {labels.percent(row['share'])} of {row['newcomers']:,}"
        for row in rows
    )
    return f"{number[:1].upper()}{number[1:]}: {shares}."


def rising(table: pl.DataFrame, look: Look) -> go.Figure:
    """Draw members by their gain of points, surest first, with a line down to what the gain is at
    least.
    """
    rows = table.head(MOST_MEMBERS).to_dicts()
    placed = _downwards(rows)
    highest = max(row["gain"] for row in rows)
    lowest = min(0.0, *(max(row["at_least"], -highest) for row in rows))
    ticks = labels.fewer(labels.value_ticks(Unit.POINTS, highest))
    several = len({row["kind"] for row in rows}) > 1
    gains = " ".join(_gain_in_words(row) for row in rows[:5])
    return canvas.sheet(
        _gains(placed, lowest, look),
        look,
        height=70 + 30 * len(rows),
        description=f"{gains} {words.counted(table.height, 'member')} in all.",
        subtitle=_gains_subtitle(len(rows), table.height, several),
        right=108,
        bottom=34,
        xaxis=canvas.value_axis(look, ticks)
        | {"range": [lowest * 1.05, ticks.end], "zerolinecolor": look.faint},
        yaxis=canvas.rows_axis(
            look, [labels.short(_name(row), NAME_WIDTH) for row in reversed(rows)]
        ),
        annotations=[canvas.beside(_gain(row), at, look) for at, row in placed],
        legend=canvas.legend(look) if several else None,
    )


def _gains(placed: Sequence[Placed], lowest: float, look: Look) -> list[marks.Mark]:
    """Return the members of each kind in its colour."""
    colours = {
        "rising": look.promises[Promise.STATUS],
        "new face": look.promises[Promise.INSPIRATION],
    }
    traces: list[marks.Mark] = []
    for kind, colour in colours.items():
        shown = [
            marks.Dot(
                place=at,
                value=row["gain"],
                low=max(row["at_least"], lowest),
                high=row["gain"],
                colour=colour,
                hover=_gain_hover(row),
            )
            for at, row in placed
            if row["kind"] == kind
        ]
        traces += marks.whiskered(shown, name=kind) if shown else []
    return traces


def _gains_subtitle(shown: int, of: int, several: bool) -> str:
    parts = ["Points gained and, sorted by this, what the gain is at least (≥)"]
    parts += ["new faces below"] if several else []
    parts += [f"the first {shown} of {of:,}"] if shown < of else []
    return "; ".join(parts)


def _name(row: Row) -> str:
    return str(row["name"] or "no name")


def _gain(row: Row) -> str:
    least = f"{round(row['at_least']):,d}".replace("-", "−")
    return f"+{words.value(Unit.POINTS, row['gain'])} (≥ {least})"


def _gain_hover(row: Row) -> str:
    return marks.hover(
        f"{labels.safe(_name(row))}: +{words.value(Unit.POINTS, row['gain'])} points",
        ", ".join(labels.safe(part) for part in (row["team"], row["seniority"]) if part),
        f"{int(row['points_before']):,} before, {int(row['points_now']):,} now; "
        f"the gain is at least {row['at_least']:,.0f}",
        f"n {int(row['givers']):,} people recognised them",
    )


def _gain_in_words(row: Row) -> str:
    gain, givers = words.value(Unit.POINTS, row["gain"]), int(row["givers"])
    return f"{row['name'] or 'No name'}: {gain} points gained, recognised by {givers:,} people."


def claims(table: pl.DataFrame, look: Look) -> go.Figure:
    """Draw the numbers of both claims by seniority, each under its name; a number that is not known
    says why.
    """
    known = [row for row in table.to_dicts() if row["seniority"] != UNKNOWN] or table.to_dicts()
    lines = _lines(known, look)
    placed = [(len(lines) - 1 - at, line) for at, line in enumerate(lines)]
    rows = [(at, line) for at, line in placed if not isinstance(line, str)]
    valued = [(at, row) for at, row in rows if row["value"] is not None]
    names = [
        "" if isinstance(line, str) else labels.short(line["seniority"], NAME_WIDTH)
        for line in reversed(lines)
    ]
    return canvas.sheet(
        _claimed(valued, look),
        look,
        height=46 + 25 * len(lines),
        description=" ".join(_claim_in_words(row) for _, row in rows),
        subtitle="Not drawn: members of unknown seniority" if len(known) < table.height else "",
        right=134,
        top=8,
        bottom=34,
        xaxis=canvas.share_axis(look, across=True),
        yaxis=canvas.rows_axis(look, names),
        annotations=[
            *(canvas.within(line, at, look) for at, line in placed if isinstance(line, str)),
            *(_beside_claim(at, row, look) for at, row in rows),
        ],
    )


def _lines(rows: Sequence[Row], look: Look) -> list[str | Row]:
    """Return the lines from top to bottom: a heading for each claim and number, and a row for each
    seniority.
    """
    order = look.in_order(row["seniority"] for row in rows)
    lines: list[str | Row] = []
    for claim in dict.fromkeys(row["claim"] for row in rows):
        own = [row for row in rows if row["claim"] == claim]
        lines.append(f"<b>{claim}</b>")
        for number in dict.fromkeys(row["number"] for row in own):
            shown = [row for row in own if row["number"] == number]
            shown.sort(key=lambda row: order.index(row["seniority"]))
            unknown = all(row["value"] is None for row in shown)
            lines += [number, *([{**shown[0], "seniority": ""}] if unknown else shown)]
    return lines


def _claimed(placed: Sequence[Placed], look: Look) -> list[marks.Mark]:
    shown = [
        marks.Dot(
            place=at,
            value=row["value"],
            low=row["low"],
            high=row["high"],
            colour=look.colour(row["seniority"]) or look.promises[Promise.STATUS],
            hover=_claim_hover(row),
        )
        for at, row in placed
    ]
    return marks.whiskered(shown, cliponaxis=False)


def _claim_hover(row: Row) -> str:
    head = f"{labels.safe(row['seniority'])}: {labels.percent(row['value'])}"
    return marks.hover(head, row["number"], labels.share_interval(row), f"n {row['n']:,}")


def _beside_claim(at: int, row: Row, look: Look) -> marks.Mark:
    if row["value"] is None:
        why = labels.broken(row["note"] or words.NOTHING_COUNTED, NOTE_WIDTH)
        return canvas.within(labels.faint(why, look), at, look, xshift=4)
    each = row["helps_per_active"]
    more = f"n {row['n']:,}" if each is None else f"{each:,.1f} helps each"
    return canvas.beside(f"{labels.percent(row['value'])} {labels.faint(more, look)}", at, look)


def _claim_in_words(row: Row) -> str:
    if row["value"] is None:
        return f"{row['number']}, {row['seniority'] or 'all'}: {row['note']}."
    each = row["helps_per_active"]
    helps = "" if each is None else f", {each:,.1f} helps per active member"
    share = labels.percent(row["value"])
    return f"{row['number']}, {row['seniority']}: {share} (n {row['n']:,}{helps})."
