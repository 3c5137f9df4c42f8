"""The charts of a workbook, drawn by the spreadsheet itself from the tables beside them, so that
they can be changed there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from cop_metrics.access.scope import CommunityChoices
from cop_metrics.metrics import EXHIBITS, METRICS
from cop_metrics.metrics.metric import Promise
from cop_metrics.show.charts.look import LIGHT, Look, shades
from cop_metrics.show.pagebook import Chart, Groups, GroupsOverTime, OverTime, ShowExhibit
from cop_metrics.show.reports.cells import NUMBER_FORMATS, Placed
from cop_metrics.show.reports.layouts import (
    COMPLETE,
    HIGH,
    LOW,
    TIME_AXES,
    Layout,
    group_title,
    value_title,
)
from cop_metrics.show.view import ChartTable, unit_of
from cop_metrics.units import Unit

MOST_LINES, MOST_BARS = 8, 40
TIME_STEPS: dict[str, tuple[float, float]] = {"hours": (24.0, 24.0 * 14), "days": (30.0, 365.0)}
"""Along a curve: the unit between ticks, and how far it is drawn."""
WIDTH, HEIGHT, LOWEST, BAR = 620, 320, 200, 22
_HELP, _OWN = (
    shades(LIGHT, LIGHT.promises[promise], 3) for promise in (Promise.HELP, Promise.STATUS)
)
STACKS: dict[str, dict[str, str]] = {
    "people_by_act": {
        "answered": LIGHT.promises[Promise.STATUS],
        "asked": LIGHT.promises[Promise.HELP],
        "only commented": LIGHT.promises[Promise.PARTICIPATION],
        "only read or reacted": LIGHT.promises[Promise.INSPIRATION],
    },
    "outcomes": {
        "resolved": _HELP[2],
        "answered": _HELP[0],
        "resolved_by_self": _OWN[2],
        "self_answered": _OWN[0],
        "unanswered": LIGHT.alert,
        "withdrawn": LIGHT.unknown,
    },
}
"""The order and colours of stacks, as on the pages."""

Options = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Pen:
    """What drawing needs: the workbook that makes charts, and the community, whose groups have
    colours of their own.
    """

    workbook: Any
    choices: CommunityChoices

    def draw(self, shown: ChartTable, layout: Layout, placed: Placed) -> Any:
        """Draw the chart of a table that has one: see `height`."""
        frame = layout.table.frame
        match shown.chart:
            case OverTime() | GroupsOverTime():
                return self._lines(shown, shown.chart, frame, placed)
            case Groups():
                return self._groups(shown, shown.chart, frame, placed)
            case ShowExhibit() if layout.matrix:
                return self._stacks(shown, frame, placed)
            case ShowExhibit() if frame.width == 2:
                name, value = frame.columns
                return self._bars(
                    shown,
                    {"categories": placed.of(name), "values": placed.of(value)},
                    placed.cell(value, -1),
                )
            case ShowExhibit():
                return self._curves(shown, shown.chart, frame, placed)

    def _lines(
        self,
        shown: ChartTable,
        kind: OverTime | GroupsOverTime,
        frame: pl.DataFrame,
        placed: Placed,
    ) -> Any:
        chart = self._chart({"type": "line"}, shown)
        name, value = group_title(kind, self.choices), value_title(kind)
        stretches = _stretches(frame[name])
        colours = self._colours(kind, [frame[name][start] for start, _ in stretches])
        for (start, height), colour in list(zip(stretches, colours, strict=True))[:MOST_LINES]:
            line = {"color": colour, "width": 2.25}
            series = {
                "name": placed.cell(name, start),
                "categories": placed.of("Month", start, height),
                "values": placed.of(value, start, height),
                "line": line,
                "points": _dashed(frame[start : start + height], line),
            }
            chart.add_series(
                series
                if series["points"]
                else {key: each for key, each in series.items() if key != "points"}
            )
        chart.set_x_axis(
            {**_axis(), "num_format": "mmm yy", "text_axis": True, "label_position": "low"}
        )
        chart.set_y_axis(_values(unit_of(kind)))
        chart.set_legend(
            {"position": "bottom", **_font()} if len(stretches) > 1 else {"none": True}
        )
        return chart

    def _groups(self, shown: ChartTable, kind: Groups, frame: pl.DataFrame, placed: Placed) -> Any:
        name, value = group_title(kind, self.choices), value_title(kind)
        bars = _bars_of(frame, kind)
        cells = {"categories": placed.of(name, 0, bars), "values": placed.of(value, 0, bars)}
        return self._bars(shown, {**cells, **_whiskers(frame, value, bars)}, placed.cell(value, -1))

    def _bars(self, shown: ChartTable, series: Options, name: list[object]) -> Any:
        chart = self._chart({"type": "bar"}, shown)
        chart.add_series({"name": name, "fill": {"color": _hue(shown.chart)}, "gap": 60, **series})
        chart.set_x_axis(_values(unit_of(shown.chart)))
        chart.set_y_axis({**_axis(), "reverse": True, "crossing": "max"})
        chart.set_legend({"none": True})
        return chart

    def _stacks(self, shown: ChartTable, frame: pl.DataFrame, placed: Placed) -> Any:
        chart = self._chart({"type": "column", "subtype": "stacked"}, shown)
        for title, colour in _parts(shown.chart, frame.columns[1:]).items():
            cells = {"categories": placed.of(frame.columns[0]), "values": placed.of(title)}
            bars = {
                "fill": {"color": colour},
                "border": {"color": LIGHT.surface, "width": 0.5},
                "gap": 40,
            }
            chart.add_series({"name": placed.cell(title, -1), **cells, **bars})
        chart.set_x_axis({**_axis(), "num_format": "mmm yy", "text_axis": True})
        chart.set_y_axis(_values(Unit.COUNT))
        chart.set_legend({"position": "bottom", **_font()})
        return chart

    def _curves(
        self, shown: ChartTable, kind: ShowExhibit, frame: pl.DataFrame, placed: Placed
    ) -> Any:
        exhibit = EXHIBITS[kind.id]
        chart = self._chart({"type": "scatter", "subtype": "straight"}, shown)
        _, time, _ = names = list(exhibit.columns)[:3]
        name, passed, value = (exhibit.columns[each] for each in names)
        stretches = _stretches(frame[name])
        colours = self._colours(kind, [frame[name][start] for start, _ in stretches])
        for (start, height), colour in zip(stretches, colours, strict=True):
            cells = {
                "categories": placed.of(passed, start, height),
                "values": placed.of(value, start, height),
            }
            chart.add_series(
                {"name": placed.cell(name, start), **cells, "line": {"color": colour, "width": 2}}
            )
        step, most = TIME_STEPS[time]
        longest = max(step, min(most, float(str(frame[passed].max()))))
        chart.set_x_axis(
            {
                **_axis(),
                "name": passed,
                "name_font": _font()["font"],
                "min": 0,
                "max": longest,
                "major_unit": step,
            }
        )
        chart.set_y_axis({**_values(exhibit.unit), "max": 1})
        chart.set_legend({"position": "bottom", **_font()})
        return chart

    def _chart(self, kind: Options, shown: ChartTable) -> Any:
        chart = self.workbook.add_chart(kind)
        title = {"name": shown.title, "overlay": False, "layout": {"x": 0.02, "y": 0.03}}
        chart.set_title({**title, "name_font": {"size": 12, "bold": True, "color": LIGHT.ink}})
        chart.set_chartarea({"border": {"color": LIGHT.grid}})
        chart.show_blanks_as("gap")
        return chart

    def _colours(self, chart: Chart, groups: Sequence[str]) -> list[str]:
        look: Look = LIGHT.for_groups(
            teams=self.choices.teams,
            seniorities=self.choices.seniorities,
            members=self.choices.members,
        )
        plain = shades(LIGHT, _hue(chart), len(groups)) if groups else ()
        return [look.colour(group) or shade for group, shade in zip(groups, plain, strict=True)]


def height(shown: ChartTable, layout: Layout) -> int:
    """Return how high the chart of a table will be in pixels, 0 where the table says it better."""
    frame = layout.table.frame
    if not shown.drawn:
        return 0
    match shown.chart:
        case OverTime() | GroupsOverTime():
            return HEIGHT
        case Groups():
            return (
                max(LOWEST, 90 + BAR * _bars_of(frame, shown.chart))
                if _bars_of(frame, shown.chart)
                else 0
            )
        case ShowExhibit() if layout.matrix:
            return HEIGHT if frame.dtypes[0] == pl.Date else 0
        case ShowExhibit(id=id_) if TIME_AXES & set(EXHIBITS[id_].columns):
            return HEIGHT
        case ShowExhibit() if (
            frame.width == 2 and frame.dtypes[0] == pl.String and frame.dtypes[1].is_numeric()
        ):
            return max(LOWEST, 90 + BAR * frame.height)
    return 0


def left_out(shown: ChartTable, layout: Layout) -> str | None:
    """Return what the chart leaves out of its table, in words."""
    frame = layout.table.frame
    match shown.chart:
        case OverTime() | GroupsOverTime():
            more = frame[frame.columns[0]].n_unique() - MOST_LINES
            return (
                f"The chart draws the first {MOST_LINES} lines and leaves out {more}."
                if more > 0
                else None
            )
        case Groups() if frame.height > MOST_BARS:
            return f"The chart draws the first {MOST_BARS} rows."
        case ShowExhibit(id=id_) if "hours" in EXHIBITS[id_].columns:
            return "The chart draws the first two weeks."
        case ShowExhibit(id=id_) if (
            "days" in EXHIBITS[id_].columns and _longest(shown) > TIME_STEPS["days"][1]
        ):
            return "The chart draws the first year."
    return None


def _longest(shown: ChartTable) -> float:
    """Return the last day of a curve."""
    return float(str(shown.table["days"].max() or 0))


def _bars_of(frame: pl.DataFrame, kind: Groups) -> int:
    """Return how many rows the bars are drawn from; rows without a value stand last among teams and
    topics.
    """
    known = frame[value_title(kind)].is_not_null()
    if not known.any():
        return 0
    last = max(place for place, each in enumerate(known) if each)
    return min(last + 1, MOST_BARS)


def _parts(chart: Chart, titles: Sequence[str]) -> dict[str, str]:
    """Return the parts of a stack from its foot upwards with their colours; those that have none
    take shades.
    """
    known = {name: colour for name, colour in STACKS.get(chart.id, {}).items() if name in titles}
    rest = [title for title in titles if title not in known]
    return known | dict(
        zip(rest, shades(LIGHT, _hue(chart), len(rest)) if rest else (), strict=True)
    )


def _hue(chart: Chart) -> str:
    match chart:
        case ShowExhibit(id=id_):
            return LIGHT.promises[EXHIBITS[id_].promise]
        case OverTime(ids=(id_, *_)) | GroupsOverTime(id_=id_) | Groups(id_=id_):
            return LIGHT.promises[METRICS[id_].promise]
    return LIGHT.promises[Promise.PARTICIPATION]


def _stretches(names: pl.Series) -> list[tuple[int, int]]:
    """Return (start, length) of each stretch of equal names."""
    starts = [
        place for place in range(len(names)) if place == 0 or names[place] != names[place - 1]
    ]
    return [
        (start, end - start) for start, end in zip(starts, [*starts[1:], len(names)], strict=True)
    ]


def _dashed(months: pl.DataFrame, line: Options) -> list[Options | None]:
    """Return how each point's line is drawn: dashed to and from a month that the period or the data
    cuts.
    """
    if COMPLETE not in months.columns:
        return []
    cut = [not complete for complete in months[COMPLETE]]
    dashed = [own or (place == 1 and cut[0]) for place, own in enumerate(cut)]
    return (
        [{"line": {**line, "dash_type": "dash"}} if each else None for each in dashed]
        if any(dashed)
        else []
    )


def _whiskers(frame: pl.DataFrame, value: str, height: int) -> Options:
    """Return the intervals as error bars; one without an upper bound has none upwards."""
    if LOW not in frame.columns:
        return {}
    known, middle = frame[:height], pl.col(value)
    top = pl.when(pl.col(HIGH).is_infinite()).then(middle).otherwise(HIGH)
    reach = known.select(
        (top - middle).fill_null(0).alias("up"), (middle - pl.col(LOW)).fill_null(0).alias("down")
    )
    bars = {
        "type": "custom",
        "plus_values": reach["up"].to_list(),
        "minus_values": reach["down"].to_list(),
    }
    return {"y_error_bars": {**bars, "line": {"color": LIGHT.ink, "width": 1}}}


def _font() -> Options:
    return {"font": {"size": 9, "color": LIGHT.ink}}


def _axis() -> Options:
    return {
        "num_font": {"size": 9, "color": LIGHT.ink},
        "line": {"color": LIGHT.faint},
        "major_gridlines": {"visible": False},
    }


def _values(unit: Unit) -> Options:
    ends: Options = {"max": 1} if unit is Unit.PERCENT else {}
    number_format = 'General" h"' if unit is Unit.HOURS else NUMBER_FORMATS[unit]
    grid = {"visible": True, "line": {"color": LIGHT.grid}}
    return {
        **_axis(),
        "min": 0,
        **ends,
        "num_format": number_format,
        "major_gridlines": grid,
        "line": {"none": True},
    }
