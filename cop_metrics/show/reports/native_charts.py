"""The charts of a workbook, drawn by the spreadsheet itself from the tables beside them, so that
they can be changed there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from cop_metrics import words
from cop_metrics.access.catalogue import CommunityChoices
from cop_metrics.metrics.columns import Column, Role, titled
from cop_metrics.show.charts import CHARTS
from cop_metrics.show.charts.look import LIGHT, Look, shades
from cop_metrics.show.charts.stacks import Stacks
from cop_metrics.show.kinds import Chart
from cop_metrics.show.parts import ChartTable
from cop_metrics.show.reports.cells import NUMBER_FORMATS, Placed
from cop_metrics.show.reports.layouts import Form, Layout
from cop_metrics.units import Unit

MOST_LINES, MOST_BARS = 8, 40
TIME_STEPS = {Unit.HOURS: (24.0, 24.0 * 14), Unit.COUNT: (30.0, 365.0)}
"""Along a curve, by what it counts, hours or days: those between ticks, and how far it is drawn."""
WIDTH, HEIGHT, LOWEST, BAR = 620, 320, 200, 22

Options = dict[str, Any]
Stretch = tuple[int, int]
"""The first row and the number of rows of a line in its table."""


@dataclass(frozen=True, kw_only=True)
class Pen:
    """What drawing needs: the workbook that makes charts, and the community, whose groups have
    colours of their own.
    """

    workbook: Any
    choices: CommunityChoices

    def draw(self, shown: ChartTable, layout: Layout, placed: Placed) -> Any:
        """Draw the chart of a table that has one: see `height`."""
        drawing = {
            Form.LINES: self._lines,
            Form.BARS: self._bars,
            Form.STACKS: self._stacks,
            Form.CURVES: self._curves,
        }
        return drawing[layout.form](shown, layout.table.frame, placed) if layout.form else None

    def _lines(self, shown: ChartTable, frame: pl.DataFrame, placed: Placed) -> Any:
        chart = self._chart({"type": "line"}, shown)
        stretches = _stretches(frame[frame.columns[0]])
        colours = self._colours(shown, frame, stretches)
        for (start, height), colour in list(zip(stretches, colours, strict=True))[:MOST_LINES]:
            series = _series(frame, placed, start, height)
            line = {"color": colour, "width": 2.25}
            points = _dashed(shown, frame[start : start + height], line)
            chart.add_series({**series, "line": line, **({"points": points} if points else {})})
        chart.set_x_axis(
            {**_axis(), "num_format": "mmm yy", "text_axis": True, "label_position": "low"}
        )
        chart.set_y_axis(_values(shown.chart.first.unit))
        chart.set_legend(
            {"position": "bottom", **_font()} if len(stretches) > 1 else {"none": True}
        )
        return chart

    def _bars(self, shown: ChartTable, frame: pl.DataFrame, placed: Placed) -> Any:
        chart = self._chart({"type": "bar"}, shown)
        name, value = frame.columns[:2]
        bars = _bars_of(frame)
        chart.add_series(
            {
                "name": placed.cell(value, -1),
                "fill": {"color": _hue(shown.chart)},
                "gap": 60,
                "categories": placed.of(name, 0, bars),
                "values": placed.of(value, 0, bars),
                **_whiskers(shown, frame[:bars]),
            }
        )
        chart.set_x_axis(_values(shown.chart.first.unit))
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

    def _curves(self, shown: ChartTable, frame: pl.DataFrame, placed: Placed) -> Any:
        chart = self._chart({"type": "scatter", "subtype": "straight"}, shown)
        stretches = _stretches(frame[frame.columns[0]])
        colours = self._colours(shown, frame, stretches)
        for (start, height), colour in zip(stretches, colours, strict=True):
            line = {"color": colour, "width": 2}
            chart.add_series({**_series(frame, placed, start, height), "line": line})
        step, most = _steps(shown)
        ends = {"min": 0, "max": max(step, min(most, _longest(shown)))}
        named = {"name": frame.columns[1], "name_font": _font()["font"]}
        chart.set_x_axis({**_axis(), **named, **ends, "major_unit": step})
        chart.set_y_axis({**_values(shown.chart.first.unit), "max": 1})
        chart.set_legend({"position": "bottom", **_font()})
        return chart

    def _chart(self, kind: Options, shown: ChartTable) -> Any:
        chart = self.workbook.add_chart(kind)
        title = {"name": shown.title, "overlay": False, "layout": {"x": 0.02, "y": 0.03}}
        chart.set_title({**title, "name_font": {"size": 12, "bold": True, "color": LIGHT.ink}})
        chart.set_chartarea({"border": {"color": LIGHT.grid}})
        chart.show_blanks_as("gap")
        return chart

    def _colours(
        self, shown: ChartTable, frame: pl.DataFrame, stretches: Sequence[Stretch]
    ) -> list[str]:
        look: Look = LIGHT.for_groups(
            teams=self.choices.teams,
            seniorities=self.choices.seniorities,
            members=self.choices.members,
        )
        names = [frame[frame.columns[0]][start] for start, _ in stretches]
        plain = shades(LIGHT, _hue(shown.chart), len(names)) if names else ()
        return [look.colour(name) or shade for name, shade in zip(names, plain, strict=True)]


def _series(frame: pl.DataFrame, placed: Placed, start: int, height: int) -> Options:
    """Return the cells of one line: its name, where it stands along the axis, and its values."""
    name, along, value = frame.columns[:3]
    return {
        "name": placed.cell(name, start),
        "categories": placed.of(along, start, height),
        "values": placed.of(value, start, height),
    }


def height(shown: ChartTable, layout: Layout) -> int:
    """Return how high the chart of a table will be in pixels, 0 where the table says it better."""
    if not shown.drawn or layout.form is None:
        return 0
    if layout.form is not Form.BARS:
        return HEIGHT
    bars = _bars_of(layout.table.frame)
    return max(LOWEST, 90 + BAR * bars) if bars else 0


def left_out(shown: ChartTable, layout: Layout) -> str | None:
    """Return what the chart leaves out of its table, in words."""
    frame, drawn = layout.table.frame, shown.drawn
    lines = frame[frame.columns[0]].n_unique()
    match layout.form:
        case Form.LINES if lines > MOST_LINES:
            more = lines - MOST_LINES
            return f"The chart draws the first {MOST_LINES} lines and leaves out {more}."
        case Form.BARS if drawn and frame.height > MOST_BARS:
            return f"The chart draws the first {MOST_BARS} rows."
        case Form.CURVES if _elapsed(shown).unit is Unit.HOURS:
            return "The chart draws the first two weeks."
        case Form.CURVES if _longest(shown) > _steps(shown)[1]:
            return "The chart draws the first year."
    return None


def _elapsed(shown: ChartTable) -> Column:
    """Return the column along which a curve is drawn."""
    return next(each for each in shown.columns if each.role is Role.ELAPSED)


def _steps(shown: ChartTable) -> tuple[float, float]:
    unit = _elapsed(shown).unit
    return TIME_STEPS[unit or Unit.COUNT]


def _longest(shown: ChartTable) -> float:
    """Return the last day or hour of a curve."""
    return float(str(shown.table[_elapsed(shown).name].max() or 0))


def _bars_of(frame: pl.DataFrame) -> int:
    """Return how many rows the bars are drawn from; rows without a value stand last among teams and
    topics.
    """
    known = frame[frame.columns[1]].is_not_null()
    last = max((place for place, each in enumerate(known) if each), default=-1)
    return min(last + 1, MOST_BARS)


def _parts(chart: Chart, titles: Sequence[str]) -> dict[str, str]:
    """Return the parts of a stack from its foot upwards with their colours, as on the pages; those
    that have none take shades.
    """
    drawing = CHARTS.get(chart.id)
    parts = drawing.parts(LIGHT) if isinstance(drawing, Stacks) else ()
    colours = {words.OUTCOMES.get(part.key, part.key): part.colour for part in parts}
    known = {title: colour for title, colour in colours.items() if title in titles}
    rest = [title for title in titles if title not in known]
    return known | dict(
        zip(rest, shades(LIGHT, _hue(chart), len(rest)) if rest else (), strict=True)
    )


def _hue(chart: Chart) -> str:
    return LIGHT.promises[chart.first.promise]


def _stretches(names: pl.Series) -> list[Stretch]:
    """Return the stretches of equal names."""
    starts = [
        place for place in range(len(names)) if place == 0 or names[place] != names[place - 1]
    ]
    return [
        (start, end - start) for start, end in zip(starts, [*starts[1:], len(names)], strict=True)
    ]


def _dashed(shown: ChartTable, months: pl.DataFrame, line: Options) -> list[Options | None]:
    """Return how each point's line is drawn: dashed to and from a month that the period or the data
    cuts.
    """
    [complete] = titled(shown.columns, Role.COMPLETE)
    if complete not in months.columns:
        return []
    cut = [not each for each in months[complete]]
    dashed = [own or (place == 1 and cut[0]) for place, own in enumerate(cut)]
    return (
        [{"line": {**line, "dash_type": "dash"}} if each else None for each in dashed]
        if any(dashed)
        else []
    )


def _whiskers(shown: ChartTable, bars: pl.DataFrame) -> Options:
    """Return the intervals as error bars; one without an upper bound has none upwards."""
    ends = titled(shown.shown_columns, Role.LOW, Role.HIGH)
    if not ends:
        return {}
    (low, high), middle = ends, pl.col(bars.columns[1])
    top = pl.when(pl.col(high).is_infinite()).then(middle).otherwise(high)
    reach = bars.select(
        (top - middle).fill_null(0).alias("up"), (middle - pl.col(low)).fill_null(0).alias("down")
    )
    whiskers = {
        "type": "custom",
        "plus_values": reach["up"].to_list(),
        "minus_values": reach["down"].to_list(),
    }
    return {"y_error_bars": {**whiskers, "line": {"color": LIGHT.ink, "width": 1}}}


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
