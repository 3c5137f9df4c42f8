"""How unevenly help is given: the share of help by the share of people who gave least."""

import plotly.graph_objects as go
import polars as pl

from cop_metrics import words
from cop_metrics.metrics.metric import Promise
from cop_metrics.show.charts import canvas, labels, marks
from cop_metrics.show.charts.look import Look, shades
from cop_metrics.units import Unit


def lorenz(table: pl.DataFrame, look: Look) -> go.Figure:
    """Draw the share of help by share of people, a line for whom it is over, beside the straight
    line of all alike.
    """
    colours = reversed(shades(look, look.promises[Promise.HELP], 2))
    parts = [(str(name), part) for (name,), part in table.group_by("series", maintain_order=True)]
    ginis = [f"{words.value(Unit.RATIO, part['gini'][0])} {name}" for name, part in parts]
    halves = " ".join(_half(name, part) for name, part in parts)
    alike = marks.line([0, 1], [0, 1], look.faint, 1, name="if all gave alike")
    alike["line"]["dash"] = "dot"
    alike["hoverinfo"] = "skip"
    curves = [_curve(*part, colour) for part, colour in zip(parts, colours, strict=False)]
    return canvas.sheet(
        [alike, *curves],
        look,
        height=300,
        description=f"Gini's coefficient is {words.listing(ginis)}. {halves}",
        subtitle="Across: share of people, those who gave least first; up: share of all help",
        legend=canvas.legend(look),
        xaxis=canvas.quarters_axis(look),
        yaxis=canvas.quarters_axis(look),
    )


def _curve(name: str, part: pl.DataFrame, colour: str) -> marks.Mark:
    people, help_ = part["share_of_people"].to_list(), part["help"].to_list()
    hovers = [
        marks.hover(
            f"{labels.percent(given)} of all help",
            f"by the {labels.percent(share)} who gave least",
            labels.safe(name),
        )
        for share, given in zip(people, help_, strict=True)
    ]
    return marks.line(people, help_, colour, 2, name=labels.safe(name), **marks.pointed(hovers))


def _half(name: str, part: pl.DataFrame) -> str:
    half = part.filter(pl.col("share_of_people") <= 0.5)["help"][-1]
    return f"{name.capitalize()}, the half who gave least gave {labels.percent(half)}."
