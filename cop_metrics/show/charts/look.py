"""How charts look: one light and one dark set of colours, and which group has which colour on every
page.

A colour of a mark has a contrast of 3 or more against `surface` and `panel`, text 4.5; a test
computes them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from cop_metrics.metrics.metric import Promise
from cop_metrics.people import UNKNOWN
from cop_metrics.people.levels import LEVELS

MARK_CONTRAST = 3.0
KNOWN_SCALES = (("junior", "mid", "senior"), ("newcomer", "established"))


@dataclass(frozen=True, kw_only=True)
class Look:
    """The colours of a chart; `surface` and `panel` are the page's own, behind the transparent
    chart.

    `teams` and `seniorities` are those of the community's catalogue, in its order: see
    `for_groups`.
    """

    dark: bool
    surface: str
    panel: str
    ink: str
    faint: str
    grid: str
    promises: Mapping[Promise, str]
    seniority: str
    heat: tuple[str, str]
    team_set: tuple[str, ...]
    other: str
    unknown: str
    alert: str
    good: str
    teams: tuple[str, ...] = ()
    seniorities: tuple[str, ...] = ()
    members: Mapping[str, int] = field(default_factory=dict)

    def for_groups(
        self,
        *,
        teams: Sequence[str],
        seniorities: Sequence[str],
        members: Mapping[str, int] | None = None,
    ) -> "Look":
        """Return the look that knows a community's groups: give all of them, whatever the filter,
        so colours stay.

        `members`: how many each team has, so that of many teams the largest have colours of their
        own.
        """
        return replace(
            self, teams=tuple(teams), seniorities=tuple(seniorities), members=members or {}
        )

    def colour(self, group: str) -> str | None:
        """Return the colour of a team or a step of seniority, None for a name that is neither."""
        if group == UNKNOWN:
            return self.unknown
        scale = self.scale((group,))
        if scale:
            return shades(self, self.seniority, len(scale))[scale.index(group)]
        return team_colours(self.teams, self).get(group)

    def scale(self, groups: Iterable[str]) -> tuple[str, ...]:
        """Return the scale of seniority, without Unknown, that these groups are steps of; empty if
        there is none.
        """
        steps = {group for group in groups if group != UNKNOWN}
        for scale in (self.seniorities, *KNOWN_SCALES):
            known = tuple(name for name in scale if name != UNKNOWN)
            if steps and steps <= set(known):
                return known
        return ()

    def in_order(self, groups: Iterable[str]) -> list[str]:
        """Return the distinct groups by scale, else by catalogue, else by name; Unknown last."""
        names = list(dict.fromkeys(groups))
        known = self.scale(names) or self.teams
        place = {name: number for number, name in enumerate(known)}
        return sorted(names, key=lambda name: (name == UNKNOWN, place.get(name, len(place)), name))


def team_colours(all_teams: Sequence[str], look: Look) -> dict[str, str]:
    """Return a colour for each team of the catalogue, in its order: the eight largest their own,
    the rest grey, Unknown grey.

    Of teams alike in size, the first of the catalogue.
    """
    named = [team for team in all_teams if team != UNKNOWN]
    by_size = sorted(named, key=lambda team: -look.members.get(team, 0))
    own = set(by_size[: len(look.team_set)])
    colours = dict(zip((team for team in named if team in own), look.team_set, strict=False))
    return {**{team: colours.get(team, look.other) for team in named}, UNKNOWN: look.unknown}


@lru_cache(maxsize=256)
def _shades(hue: str, count: int, surface: str, panel: str, dark: bool) -> tuple[str, ...]:
    if count == 1:
        return (hue,)
    light = (
        mixed(hue, "#ffffff", 0.62) if dark else _nearest_visible(hue, "#ffffff", (surface, panel))
    )
    deep = (
        _nearest_visible(hue, "#000000", (surface, panel)) if dark else mixed(hue, "#000000", 0.5)
    )
    return tuple(mixed(light, deep, place / (count - 1)) for place in range(count))


def shades(look: Look, hue: str, count: int) -> tuple[str, ...]:
    """Return `count` shades of one hue from light to dark, each still visible on the page."""
    return _shades(hue, count, look.surface, look.panel, look.dark)


def level_colours(look: Look) -> dict[str, str]:
    """Return the colour of each level above the first, light to dark, in their order."""
    risen = [level.name for level in LEVELS[1:]]
    return dict(zip(risen, shades(look, look.promises[Promise.STATUS], len(risen)), strict=True))


def _nearest_visible(hue: str, towards: str, pages: tuple[str, ...]) -> str:
    for step in range(60, -1, -2):
        colour = mixed(hue, towards, step / 100)
        if min(contrast(colour, page) for page in pages) >= MARK_CONTRAST + 0.1:
            return colour
    return hue


def mixed(one: str, other: str, share: float) -> str:
    """Return the colour that lies `share` (0 to 1) of the way from one to the other."""
    pairs = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def faded(colour: str, opacity: float) -> str:
    """Return the colour with an opacity, for bands."""
    red, green, blue = _channels(colour)
    return f"rgba({red},{green},{blue},{opacity})"


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours by WCAG 2: 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def text_on_heat(share: float, look: Look) -> str:
    """Return black or white, whichever stands out from a cell that is `share` (0 to 1) of the way
    to the strongest.
    """
    cell = mixed(*look.heat, share)
    return max(("#ffffff", "#000000"), key=lambda colour: contrast(colour, cell))


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


LIGHT = Look(
    dark=False,
    surface="#ffffff",
    panel="#f0f2f6",
    ink="#1f2430",
    faint="#5a6270",
    grid="#e3e6eb",
    promises={
        Promise.HELP: "#2166b8",
        Promise.INSPIRATION: "#b26a00",
        Promise.STATUS: "#2a7d3f",
        Promise.PARTICIPATION: "#5b6b82",
    },
    seniority="#6f4bb5",
    heat=("#eef2f8", "#0f4c96"),
    team_set=(
        "#3a87f4",
        "#6b9222",
        "#9b4dac",
        "#785100",
        "#004d7e",
        "#801052",
        "#277361",
        "#642901",
    ),
    other="#7b828c",
    unknown="#7b828c",
    alert="#c2410c",
    good="#2a7d3f",
)
DARK = Look(
    dark=True,
    surface="#0e1117",
    panel="#262730",
    ink="#f2f4f8",
    faint="#aab2bf",
    grid="#2c323d",
    promises={
        Promise.HELP: "#6aa9f0",
        Promise.INSPIRATION: "#e5a33d",
        Promise.STATUS: "#62bd78",
        Promise.PARTICIPATION: "#9fb0c9",
    },
    seniority="#a78be6",
    heat=("#1b2230", "#8ec1ff"),
    team_set=(
        "#3495f1",
        "#aebd37",
        "#bf4781",
        "#f9d573",
        "#71bcf7",
        "#f1575c",
        "#8aeee1",
        "#c5490d",
    ),
    other="#8b929d",
    unknown="#8b929d",
    alert="#ff8a5c",
    good="#62bd78",
)
