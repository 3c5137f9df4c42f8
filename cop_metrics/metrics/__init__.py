"""All metrics and exhibits, by id, in the order in which pages and glossary show them."""

from cop_metrics.errors import UnknownName
from cop_metrics.metrics import connections, participation, status
from cop_metrics.metrics import help as help_
from cop_metrics.metrics.metric import Exhibit, Metric

METRICS: dict[str, Metric] = {
    each.id: each for each in (*participation.METRICS, *help_.METRICS, *status.METRICS, *connections.METRICS)
}
EXHIBITS: dict[str, Exhibit] = {
    each.id: each for each in (*participation.EXHIBITS, *help_.EXHIBITS, *status.EXHIBITS, *connections.EXHIBITS)
}


def declared(id_: str) -> Metric | Exhibit:
    """Return the metric or exhibit of that id; raises `UnknownName` when there is none."""
    found = METRICS.get(id_) or EXHIBITS.get(id_)
    if found is None:
        raise UnknownName("metric", id_, [*METRICS, *EXHIBITS])
    return found
