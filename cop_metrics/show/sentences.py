"""The sentences of a page: its headline, what changed, which groups differ, and the small print."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from cop_metrics import words
from cop_metrics.access.catalogue import CommunityChoices
from cop_metrics.access.scope import Scope
from cop_metrics.measure.changes import Change, Scan, Standing
from cop_metrics.measure.silences import Silence, silence_sentence
from cop_metrics.metrics.aggregates import Figure
from cop_metrics.metrics.metric import Counts, Exhibit, Metric
from cop_metrics.people import UNKNOWN
from cop_metrics.period import to_date
from cop_metrics.reasons import Why
from cop_metrics.show.captions import ALIKE, change_word, stated
from cop_metrics.show.kinds import group_word
from cop_metrics.show.pagebook import Page
from cop_metrics.show.parts import Card, ChartTable
from cop_metrics.sources import SOURCES

MOST_CHANGES = 8
MOST_STANDING = 4
MOST_SILENT = 2
"""How many groups of which nobody did something a headline names."""


def headline(
    first: Card,
    cards: tuple[Card, ...],
    scope: Scope,
    choices: CommunityChoices,
    scanned: Scan,
    page: Page,
    silent: tuple[Silence, ...],
) -> tuple[str, ...]:
    """Return the first sentences: the page's number, who did nothing of it, and its greatest clear
    change.
    """
    said_first = dict(page.told_first).get(choices.reading)
    unmeasurable = first.figure.unmeasurable
    sentences = [said_first] if said_first else []
    sentences += [] if said_first and unmeasurable else [sentence(first, scope, choices)]
    own = {each.metric.id for each in (*cards, first)}
    sentences += (
        [" ".join(silence_sentence(each) for each in silent[:MOST_SILENT])] if silent else []
    )
    found = [each for each in scanned.beyond_noise if each.metric.id in own and each.by]
    if found:
        sentences.append(change_sentence(found[0], choices))
    if scope.moved:
        sentences.append(scope.moved)
    if scope.outside(choices):
        since, until = to_date(choices.first_day), to_date(choices.as_of_day)
        sentences.append(
            f"The data reaches from {words.day(since, scope.locale)} to {words.day(until, scope.locale)}: "
            "choose a period within, or all data."
        )
    return tuple(sentences)


def sentence(card: Card, scope: Scope, choices: CommunityChoices) -> str:
    """Return a number in a sentence: whose, how much, how sure, and whether it changed beyond
    noise.
    """
    metric, figure, whose = card.metric, card.figure, _whose(card.metric, scope, choices)
    if figure.value is None and figure.unmeasurable:
        return f"{whose}{metric.title} is {figure.note}."
    if figure.note and _nothing_done(figure):
        note = figure.note if whose else f"{figure.note[:1].upper()}{figure.note[1:]}"
        return f"{whose}{note}."
    if figure.value is None:
        return f"{whose}{metric.title}: {figure.note or words.NOTHING_COUNTED}."
    said = stated(metric, figure.value)
    said = f"{whose}{said}" if whose else f"{said[:1].upper()}{said[1:]}"
    return f"{said} ({_how_sure(card, scope)}){_changed(card, scope)}."


def _whose(metric: Metric, scope: Scope, choices: CommunityChoices) -> str:
    """Return the groups that filters act by, before a sentence: 'Team Service and Juniors: '."""
    chosen = {"team": scope.teams, "seniority": scope.seniorities, "topic": scope.topics}
    acting = [
        group_name(by, group, choices)
        for by, groups in chosen.items()
        for group in groups
        if by in metric.splits
    ]
    return f"{words.listing(acting)}: " if acting else ""


def _how_sure(card: Card, scope: Scope) -> str:
    """Return of which days a number is, its interval and its sample."""
    state = card.metric.counts is Counts.STATE
    window = "as of the data" if state else words.during(scope.period, scope.locale)
    if not card.interval:
        return window
    return f"{window}, 95 % interval {card.interval}, n = {card.figure.sample_size:,d}"


def _changed(card: Card, scope: Scope) -> str:
    """Return what may be said of the change from the period before, after what a number is."""
    change = card.compared
    if change is None or card.before is None or scope.compare is None:
        return ""
    said, compared = change_word(change), words.before(scope.compare, scope.locale)
    now, before = (words.value(change.unit, value) for value in (change.now, change.before))
    if said.startswith(ALIKE):
        return f", {said} as in {compared}"
    if change.beyond_noise:
        own = f"; {now} a member and month" if change.per_member else ""
        return f"{own}, {said} from {before} in {compared}"
    whether = f"whether {now} a member and month" if change.per_member else "whether that"
    return f"; {said} {whether} differs from {before} in {compared}"


def _nothing_done(figure: Figure) -> bool:
    """Say whether the note of a number already says that nobody did what it counts."""
    return not figure.value and figure.reason is not None and figure.reason.why is Why.NOBODY


def change_sentence(change: Change, choices: CommunityChoices) -> str:
    """Word one clear change: the group, the number, the direction, the size."""
    whose = group_name(change.by, change.group, choices) if change.by else "All"
    now, before = (words.value(change.unit, value) for value in (change.now, change.before))
    if change.per_member:
        counts = [words.value(change.metric.unit, value) for value in change.counted or ()]
        in_all = f" (in all {counts[1]}, {counts[0]} before)" if counts else ""
        title = f"{change.metric.title[:1].lower()}{change.metric.title[1:]}"
        return f"{whose}: {now} {title} a member and month, {change_word(change)} from {before}{in_all}."
    return f"{whose}: {stated(change.metric, change.now)}, {change_word(change)} from {before}."


def group_name(by: str, group: str, choices: CommunityChoices) -> str:
    """Name a group as a sentence does: 'Juniors', 'Team Service', 'Topic hydraulics'."""
    if group == UNKNOWN:
        return f"{group_word(by, choices)} unknown"
    return (
        words.PLURALS.get(group, f"Seniority {group}")
        if by == "seniority"
        else f"{group_word(by, choices)} {group}"
    )


def sided(
    remarks: tuple[str, ...], of: Metric | Exhibit, first: Metric, scope: Scope
) -> tuple[str, ...]:
    """Return the remarks of a part after whose groups the filters let in, where that is another
    side than in the first number.
    """
    if of.whose is first.whose:
        return remarks
    teams = list(scope.teams) if "team" in of.splits else []
    steps = [words.plural(step) for step in scope.seniorities] if "seniority" in of.splits else []
    within = f" in {words.listing(teams)}" if teams else ""
    who = f" who are {words.listing(steps)}" if steps else ""
    relations = of.relations if isinstance(of, Exhibit) else (of.relation,)
    side = "those recognised" if relations == ("recognitions",) else f"{of.whose}s"
    return (f"of {side}{within}{who}", *remarks) if within or who else remarks


def with_test(told: ChartTable, tested: Mapping[str, bool]) -> ChartTable:
    """Return the chart of curves with whether these differ beyond noise, where that was tested
    (metrics, 4).
    """
    differ = tested.get(told.chart.id)
    if differ is None:
        return told
    said = "The curves differ." if differ else "No clear difference between the curves."
    return replace(told, finding=" ".join(each for each in (told.finding, said) if each))


def with_standing(
    told: ChartTable, stood: tuple[Standing, ...], choices: CommunityChoices
) -> ChartTable:
    """Return the chart of a number by group with the groups that differ from all others beyond
    noise (metrics, 2.9).
    """
    compared = [each for each in stood if (each.metric, each.by) == told.chart.compared]
    if not compared:
        return told
    beyond = [_stands(each) for each in compared if each.beyond_noise]
    if not beyond:
        return replace(
            told, finding=_alike(compared[0].by, {each.group for each in compared}, choices)
        )
    more = f", and {len(beyond) - MOST_STANDING} more" if len(beyond) > MOST_STANDING else ""
    return replace(told, finding=f"Beyond noise: {'; '.join(beyond[:MOST_STANDING])}{more}.")


def _alike(by: str, compared: set[str], choices: CommunityChoices) -> str:
    """Say that no group differs beyond noise; steps of seniority are few enough to be named."""
    if by != "seniority":
        return f"No {group_word(by, choices).lower()} differs beyond noise."
    steps = [
        words.PLURALS.get(step, step)
        for step in choices.seniorities
        if step in compared and step != UNKNOWN
    ]
    others = "" if len(steps) > 1 else "from all others "
    named = (
        words.listing([step[:1].lower() + step[1:] for step in steps])
        or "those of unknown seniority"
    )
    return f"{named[:1].upper()}{named[1:]} do not differ {others}beyond noise."


def _stands(standing: Standing) -> str:
    own, others = (
        words.value(standing.metric.unit, value) for value in (standing.own, standing.others)
    )
    return f"{standing.group} {own}, all others {others}"


def small_print(
    choices: CommunityChoices, scope: Scope, cards: tuple[Card, ...], stood: tuple[Standing, ...]
) -> tuple[str, ...]:
    """Return what one should know of all numbers of a page: of its sources, its comparisons, and
    what this viewer is not shown.
    """
    of_sources = _of_sources(choices, scope, cards)
    return (
        *of_sources,
        *_of_differences(stood),
        *_of_levels(choices, cards),
        *_of_viewer(choices, scope),
    )


def _of_sources(choices: CommunityChoices, scope: Scope, cards: tuple[Card, ...]) -> Iterator[str]:
    for source, until in choices.lagging.items():
        ends = words.moment(until, choices.time_zone, scope.locale)
        yield f"The source {source_name(source)} ends on {ends}, earlier than the others."
    unmeasurable = [card.metric.title for card in cards if card.figure.unmeasurable]
    if unmeasurable:
        yield f"Not measurable from this source: {words.listing(unmeasurable)}."


def _of_differences(stood: tuple[Standing, ...]) -> Iterator[str]:
    if stood:
        beyond = sum(each.beyond_noise for each in stood)
        compared = f"{len(stood):,d} compared, {beyond:,d} beyond noise"
        yield f"Differences between a group and all others: {compared}."


def _of_levels(choices: CommunityChoices, cards: tuple[Card, ...]) -> Iterator[str]:
    unrewarded = _unrewarded(choices)
    by_points = {"levels", "level_moves", "points"} & {card.metric.relation for card in cards}
    if unrewarded and by_points:
        yield (
            f"The sources record {unrewarded}: points come from what is recorded only, and higher levels are harder to reach."
        )


def _of_viewer(choices: CommunityChoices, scope: Scope) -> Iterator[str]:
    small = choices.small_groups
    if not choices.has_roster:
        yield (
            "There is no roster: experience (newcomer for 90 days, then established) stands in for seniority. It is unknown of "
            "those who were there in the first 90 days of the data, until 90 days after, where nobody knows when they joined."
        )
    if not scope.names:
        yield (
            "Names are hidden: there are no lists of people, periods are whole weeks, and groups of fewer than "
            f"{small.size} people are merged or not shown."
        )
    if not scope.names and small.counted_as:
        [counted_as] = small.counted_as.values()
        of = "seniority" if choices.has_roster else "experience"
        yield (
            f"Fewer than {small.size} people are of no known {of}: without names what they did counts with the "
            f"largest group, '{counted_as}', since it would tell of them by itself."
        )
    if not scope.period.complete:
        yield "The data ends within this period; it is compared with as many days of the earlier one."


def source_name(source: str) -> str:
    """Return a source as one calls it: the platform's title, where the source goes by the
    platform's id.
    """
    return SOURCES[source].title if source in SOURCES else source


def _unrewarded(choices: CommunityChoices) -> str:
    """Return which recognition, that points are given for, the sources do not tell of."""
    missing = {"reaction": "thanks or votes", "acceptance": "accepted answers"}
    absent = [what for table, what in missing.items() if table not in choices.measured]
    return f"no {' and no '.join(absent)}" if absent else ""
