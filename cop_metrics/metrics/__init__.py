"""All metrics and exhibits, by id, in the order in which pages and glossary show them."""

from cop_metrics.errors import UnknownName
from cop_metrics.metrics import connections, inspiration, newcomers, participation, status, topics
from cop_metrics.metrics import help as help_
from cop_metrics.metrics.metric import Exhibit, Metric

_MODULES = (participation, help_, newcomers, topics, inspiration, status, connections)
METRICS: dict[str, Metric] = {each.id: each for module in _MODULES for each in module.METRICS}
EXHIBITS: dict[str, Exhibit] = {each.id: each for module in _MODULES for each in module.EXHIBITS}


def declared(id_: str) -> Metric | Exhibit:
    """Return the metric or exhibit of that id; raises `UnknownName` when there is none."""
    found = METRICS.get(id_) or EXHIBITS.get(id_)
    if found is None:
        raise UnknownName("metric", id_, [*METRICS, *EXHIBITS])
    return found
