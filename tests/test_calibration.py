"""A seeded part of the calibration study: null communities claim nothing, planted ones do, and intervals hold the truth."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from benchmarks.calibration.communities import (
    ACCEPTED,
    HELPED,
    KINDS,
    Kind,
    Tables,
    community,
    truths,
)
from benchmarks.calibration.reading import BANDS, Shown, claims
from benchmarks.calibration.report import BEGIN, DOCUMENT, END, report, write
from benchmarks.calibration.study import Read, Seen, Study, built, read, truths_of
from cop_metrics.metrics import EXHIBITS

SEED = 7
PLANTED = "planted"
STARVED = "Team 02"


def waits(tables: Tables) -> pl.DataFrame:
    """Return for each question its asker and the hours until its first answer, null where it has none."""
    posts = tables.tables["posts"].with_columns(pl.col("created_at").str.to_datetime())
    first = (
        posts.filter(pl.col("kind") == "answer")
        .group_by("thread_id")
        .agg(pl.col("created_at").min().alias("helped"))
    )
    asked = posts.filter(pl.col("kind") == "question").join(first, on="thread_id", how="left")
    hours = (pl.col("helped") - pl.col("created_at")).dt.total_seconds() / 3600
    return asked.select(pl.col("author_id").alias("asker"), hours.alias("hours"))


def likeness(groups: list[list[float]]) -> float:
    """Return the intraclass correlation by the analysis of variance of groups of different sizes."""
    sizes = np.array([len(each) for each in groups], float)
    means = np.array([np.mean(each) for each in groups])
    values, n = np.concatenate([np.array(each, float) for each in groups]), sizes.sum()
    between = float((sizes * (means - values.mean()) ** 2).sum()) / (len(groups) - 1)
    within = sum(float(((np.array(each) - np.mean(each)) ** 2).sum()) for each in groups) / (
        n - len(groups)
    )
    usual = (n - float((sizes**2).sum()) / n) / (len(groups) - 1)
    return (between - within) / (between + (usual - 1) * within)


def starved(tables: Tables) -> Tables:
    """Return the same community, in which most questions of one team are without answers."""
    team = set(tables.roster.filter(pl.col("team") == STARVED)["member_id"])
    posts = tables.tables["posts"]
    asked = posts.filter((pl.col("kind") == "question") & pl.col("author_id").is_in(team))[
        "thread_id"
    ]
    lost = set(asked.to_list()[::3]) | set(asked.to_list()[1::3])
    kept = posts.filter((pl.col("kind") == "question") | ~pl.col("thread_id").is_in(lost))
    return replace(tables, tables={**tables.tables, "posts": kept})


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Read]:
    """Return what was read of one community of two kinds, and of one with a planted difference."""
    null = {kind.id: community(kind, SEED, 0) for kind in (KINDS["alike"], KINDS["months"])}
    viewer = built(
        tmp_path_factory.mktemp("null") / "data", {**null, PLANTED: starved(null["alike"])}
    )
    return {
        name: read(viewer, name, KINDS.get(name, KINDS["alike"]), 0) for name in (*null, PLANTED)
    }


def test_equal_seeds_make_equal_communities() -> None:
    first, again, other = (community(KINDS["seasons"], SEED, number) for number in (1, 1, 2))
    assert all(first.tables[name].equals(again.tables[name]) for name in first.tables)
    assert first.roster.equals(again.roster)
    assert not first.tables["posts"].equals(other.tables["posts"])


def test_communities_of_one_world_share_their_months() -> None:
    kind = Kind(id="wild", title="Wild months", months=2.0)
    of_months = [
        tables.tables["posts"]
        .filter(pl.col("kind") == "question")
        .group_by(pl.col("created_at").str.slice(0, 7).alias("month"))
        .len()
        for tables in (community(kind, SEED, number) for number in (0, 4, 5))
    ]
    one, same, other = (
        of_months[0].join(each, on="month", how="inner").select(pl.corr("len", "len_right")).item()
        for each in of_months
    )
    assert one == pytest.approx(1)
    assert same > 0.9 > 0.5 > abs(other)


@pytest.mark.parametrize(
    ("kind", "least", "most"), [("independent", -0.03, 0.03), ("alike", 0.16, 0.28)]
)
def test_what_happens_to_one_asker_is_as_alike_as_the_kind_says(
    kind: str, least: float, most: float
) -> None:
    asked = pl.concat(
        waits(community(KINDS[kind], SEED, number)).with_columns(pl.col("asker") + f" {number}")
        for number in range(6)
    )
    of_askers = asked.group_by("asker", maintain_order=True).agg("hours")["hours"].to_list()
    helped = [[float(each is not None) for each in of] for of in of_askers]
    patience = [[float(np.log(each)) for each in of if each is not None] for of in of_askers]
    assert least <= likeness(helped) <= most
    assert least <= likeness([each for each in patience if each]) <= most
    assert np.mean(np.concatenate(helped)) == pytest.approx(HELPED, abs=0.03)


def test_the_truths_are_those_of_the_parameters() -> None:
    waited = pl.concat(waits(community(KINDS["independent"], SEED, number)) for number in range(6))
    known = truths(KINDS["independent"])
    for id_, hours in (("answer_rate_1h", 1), ("answer_rate_24h", 24), ("answer_rate", 168)):
        assert waited.select(
            (pl.col("hours").fill_null(1e9) <= hours).mean()
        ).item() == pytest.approx(known[id_], abs=0.02)
    assert waited["hours"].fill_null(1e9).median() == pytest.approx(known["wait"], rel=0.1)
    assert truths(KINDS["seasons"]) == {}
    assert ACCEPTED < HELPED


@pytest.mark.parametrize(
    ("text", "claimed"),
    [
        (
            "Juniors: 61 % of questions were answered within 7 days, up from 50 % (better, beyond noise).",
            True,
        ),
        ("Questions: +41 %, more beyond noise", True),
        ("Beyond noise: Team 01 66 %, all others 84 %; Team 04 100 %, all others 75 %.", True),
        ("The curves differ.", True),
        (
            "Newcomers whose first question was answered came back less often: 20 % against 60 %.",
            True,
        ),
        ("Sales got 12 helps and gave none.", True),
        ("Answered within 7 days: clearly up (+12 points)", True),
        ("No team differs beyond noise.", False),
        ("Juniors, mid-level members and seniors do not differ beyond noise.", False),
        ("No clear difference between the curves.", False),
        (
            "76 % of questions were answered within 7 days (n = 596), about the same as in the 12 months before.",
            False,
        ),
        ("Median wait: no clear change (−20 % to +45 %)", False),
        ("Reading rate: cannot tell yet", False),
        ("77 % of 638 helps cross teams.", False),
        ("Contributors: before: 111", False),
    ],
)
def test_what_a_sentence_claims_is_told_by_its_words(text: str, claimed: bool) -> None:
    assert claims(text) is claimed


def test_every_exhibit_with_an_interval_is_looked_at() -> None:
    ends = {"low", "low_24h"}
    assert {each.id for each in EXHIBITS.values() if ends & set(each.titles)} == set(BANDS)
    for id_, bands in BANDS.items():
        named = {
            name
            for band in bands
            for name in (band.value, band.low, band.high, band.weight, band.along, *band.keys)
        }
        assert named - {None} <= set(EXHIBITS[id_].titles)


def test_every_page_of_a_null_community_is_read(pages: dict[str, Read]) -> None:
    for each in pages.values():
        assert len(each.pages) == 7
        assert all(page.sentences for page in each.pages)
        assert len({one.figure for one in each.shown}) > 40


def test_null_communities_claim_nothing(pages: dict[str, Read]) -> None:
    told = {
        (name, page.page, one.place, one.text)
        for name in pages
        for page in pages[name].pages
        for one in page.false
    }
    assert {each for each in told if each[0] != PLANTED} == set()


def test_intervals_of_null_communities_hold_the_truth(pages: dict[str, Read]) -> None:
    held = [
        one.low <= truth <= one.high
        for name in ("alike", "months")
        for one in pages[name].shown
        for truth in truths_of(KINDS[name], [one])
        if truth is not None
    ]
    assert len(held) > 300
    assert np.mean(held) == pytest.approx(0.96, abs=0.03)


def test_a_planted_difference_is_claimed(pages: dict[str, Read]) -> None:
    told = [one.text for page in pages[PLANTED].pages for one in page.false]
    assert any(text.startswith("Beyond noise") and STARVED in text for text in told)


def seen(*texts: str, claimed: bool) -> Seen:
    from benchmarks.calibration.reading import Sentence

    sentences = tuple(
        Sentence(page="answers", place="headline", text=text, claims=claimed) for text in texts
    )
    return Seen(page="answers", period="last-12-months", sentences=sentences)


def shown(value: float, low: float, high: float, weight: float, *, key: str = "Red") -> Shown:
    return Shown(
        figure="solved_rate by team",
        key=key,
        value=value,
        low=low,
        high=high,
        weight=weight,
        is_share=True,
    )


def example() -> Study:
    """Two communities: one page of two claims nothing, and shares .2 of 100 and .6 of 300 are together .5."""
    one = Read(
        kind="alike",
        number=0,
        pages=(seen("a", "b", claimed=True),),
        shown=(shown(0.2, 0.1, 0.3, 100),),
    )
    other = Read(
        kind="alike",
        number=1,
        pages=(seen("a", claimed=False),),
        shown=(shown(0.6, 0.5, 0.7, 300),),
    )
    return Study((one, other))


def test_false_claims_are_counted_by_page_and_place() -> None:
    assert example().places("alike") == {("answers", "last-12-months", "headline"): (1, 2)}
    assert "| Answers, last 12 months | **50.0** |" in report(example(), 1)
    assert "| Answers, last 12 months: headline | 50.0, 2.0 each |" in report(example(), 1)


def test_an_interval_is_held_against_all_communities_together() -> None:
    # Of 100 and 300 at .2 and .6: the first is sqrt(300 / 400) of the way to .6, the second sqrt(100 / 400) of that to .2.
    cells = [one for each in example().of("alike") for one in each.shown]
    assert truths_of(KINDS["alike"], cells) == pytest.approx(
        [0.2 + 0.4 * 0.75**0.5, 0.6 - 0.4 * 0.25**0.5]
    )
    covered = example().coverage("alike")["solved_rate by team"]
    assert (covered.share, covered.shown) == (0.0, 2)
    assert not covered.holds


def test_intervals_of_known_coverage_are_found_to_have_it() -> None:
    luck = np.random.default_rng(SEED)
    shares = luck.normal(0.5, 0.01, 4_000)
    for width, least, most in ((1.96, 0.94, 0.96), (1.5, 0.85, 0.88)):
        cells = [shown(each, each - width * 0.01, each + width * 0.01, 50) for each in shares]
        held = [
            one.low <= truth <= one.high
            for first in range(0, len(cells), 5)
            for one, truth in zip(
                cells[first:][:5], truths_of(KINDS["alike"], cells[first:][:5]), strict=True
            )
        ]
        assert least < np.mean(held) < most


def test_a_number_of_one_community_alone_has_no_truth_to_hold() -> None:
    assert truths_of(KINDS["alike"], [shown(0.2, 0.1, 0.3, 100)]) == [None]


def test_the_tables_stand_between_their_marks(tmp_path: Path) -> None:
    document = tmp_path / "statistics.md"
    document.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    write("new\n", document)
    assert document.read_text(encoding="utf-8") == f"before\n{BEGIN}\n\nnew\n\n{END}\nafter\n"
    document.write_text("nothing\n", encoding="utf-8")
    with pytest.raises(ValueError, match="lacks the lines"):
        write("new\n", document)
    assert BEGIN in DOCUMENT.read_text(encoding="utf-8")
