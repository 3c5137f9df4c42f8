"""The numbers of the third promise: I answer, and become known. To add one: an entry in `METRICS` or `EXHIBITS`."""

from cop_metrics.metrics.metric import Better, Counts, Metric, PeopleShare, Promise, Share, Total, Unit, Whose

HELPER_SPLITS = ("team", "seniority", "topic")

RECOGNITION_RATE = Metric(
    id="recognition_rate",
    promise=Promise.STATUS,
    title="Recognition rate",
    question="Is help thanked?",
    description="The share of helps that were thanked, upvoted or accepted within 30 days. Helps younger than 30 days are "
    "left out: too soon to tell. Thanks from oneself do not count.",
    formula="helps recognised within 30 days / helps given at least 30 days ago",
    source="our own, after Discourse",
    unit=Unit.PERCENT,
    better=Better.HIGHER,
    whose=Whose.HELPER,
    counts=Counts.FLOW,
    relation="helps",
    measure=Share(hit="recognised_in_30_days", person="helper"),
    splits=HELPER_SPLITS,
    act_on="not recognised_in_30_days",
    needs="reaction",
)

METRICS = (
    RECOGNITION_RATE,
    Metric(
        id="helps",
        promise=Promise.STATUS,
        title="Helps",
        question="How much help is given?",
        description="Pairs of a question and a member who answered it, the asker left out: three messages of one helper to "
        "one question are one help. It counts in the period in which the helper first answered.",
        formula="count of (question, helper)",
        source="our own",
        unit=Unit.COUNT,
        better=Better.HIGHER,
        whose=Whose.HELPER,
        counts=Counts.FLOW,
        relation="helps",
        measure=Total(of="count(*)"),
        splits=HELPER_SPLITS,
    ),
)

EXHIBITS = ()
