"""The relations that numbers are counted over: marts, and what is made of them for a period.

To add one: an entry in `RELATIONS`. `day` is the local day number that the period cuts; without it
the SQL reads the table `periods(start, first_day, end_day)` itself, one row a period asked for, and
yields its column `start`. `{start_of_day}` in it stands for the `start` of the period that the
column `day` lies in, `{member_days}` for the rows of `member_days`, those of whole months summed
up, and `{people}` for who held which group how long and did what meanwhile.
"""

from dataclasses import dataclass

from cop_metrics.marts import one_row


@dataclass(frozen=True, kw_only=True)
class Relation:
    """A named set of rows. `listing`: the columns of a list of its rows, in order, with their
    titles.

    `order`: the columns by which a list of its rows is sorted. `roles`: whose teams and seniorities
    its rows tell, `seniority_of`: whose seniority only. `personal`: columns that name a person.
    `topic`: the column of the question by which topics filter, None where there are no topics.
    `of_own_teams`: the condition of rows that were found by teams as they are, without Unknown,
    which would tell of few such people.
    """

    name: str
    one_row: str
    sql: str
    day: str | None
    topic: str | None
    personal: tuple[str, ...]
    listing: dict[str, str]
    order: str = "name, member"
    roles: tuple[str, ...] = ("member",)
    seniority_of: tuple[str, ...] = ()
    of_own_teams: str | None = None


def _mart(
    name: str,
    *,
    day: str | None = "day",
    topic: str | None = None,
    personal: tuple[str, ...],
    listing: dict[str, str],
    order: str,
    roles: tuple[str, ...] = ("member",),
    columns: str = "*",
) -> Relation:
    return Relation(
        name=name,
        one_row=one_row(name),
        sql=f"select {columns} from {name} where community = $community",
        day=day,
        topic=topic,
        personal=personal,
        listing=listing,
        order=order,
        roles=roles,
    )


QUESTION_LISTING = {
    "title": "Question",
    "url": "Link",
    "asked_at": "Asked (UTC)",
    "asker_name": "Asked by",
    "asker_team": "Team",
    "asker_seniority": "Seniority",
    "wait_hours": "Hours to first answer",
    "outcome": "Outcome",
    "found_by": "Counts because of",
}

QUESTIONS = Relation(
    name="questions",
    one_row=one_row("questions"),
    sql="select *, wait_seconds / 3600.0 as wait_hours, age_seconds / 86400.0 as age_days "
    "from questions where community = $community",
    day="day",
    topic="question_id",
    personal=("asker_name", "asker", "first_helper"),
    listing=QUESTION_LISTING,
    order="second, question",
    roles=("asker", "first_helper"),
)

OPEN_QUESTIONS = Relation(
    name="open_questions",
    one_row="One row per question that waits for help now, whatever the period.",
    sql="select *, wait_seconds / 3600.0 as wait_hours from questions where community = $community and waiting",
    day=None,
    topic="question_id",
    personal=("asker_name", "asker", "first_helper"),
    listing=QUESTION_LISTING,
    order="second, question",
    roles=("asker", "first_helper"),
)

FIRST_QUESTIONS = _mart(
    "first_questions",
    topic="question_id",
    personal=("asker_name", "asker"),
    listing={
        "title": "Question",
        "url": "Link",
        "asked_at": "Asked (UTC)",
        "asker_name": "Asked by",
        "asker_team": "Team",
        "asker_seniority": "Seniority",
    },
    order="second, question",
    roles=("asker",),
)

HELPS = _mart(
    "helps",
    topic="question_id",
    personal=("helper", "helper_name", "asker", "asker_name"),
    listing={
        "title": "Question",
        "url": "Link",
        "helped_at": "Helped (UTC)",
        "helper_name": "Helper",
        "helper_team": "Team",
        "helper_seniority": "Seniority",
        "thanks": "Thanks",
        "accepted": "Accepted",
    },
    order="second, question, helper",
    roles=("helper", "asker"),
)

POSTS = Relation(
    name="posts",
    one_row=one_row("posts"),
    sql="select * from posts where community = $community",
    day="day",
    topic=None,
    personal=("member", "name"),
    listing={
        "title": "Thread",
        "url": "Link",
        "kind": "Kind",
        "posted_at": "Posted (UTC)",
        "name": "By",
        "member_team": "Team",
        "member_seniority": "Seniority",
    },
    order="second, post",
)

MEMBER_LISTING = {"name": "Member", "member_team": "Team", "member_seniority": "Seniority"}

MEMBER_DAYS = Relation(
    name="member_days",
    one_row="One row per member and local day, or whole month, with anything done: the group held, and counts by kind.",
    sql="select * from {member_days} where community = $community",
    day="day",
    topic=None,
    personal=("member", "name"),
    listing=MEMBER_LISTING,
)

POINTS = _mart(
    "points",
    personal=("member", "name", "giver"),
    listing={
        "title": "Thread",
        "url": "Link",
        "name": "Member",
        "member_team": "Team",
        "member_seniority": "Seniority",
        "reason": "For",
        "points": "Points",
    },
    order="second, post, member, reason",
    roles=("member", "giver"),
)

RECOGNITIONS = _mart(
    "recognitions",
    personal=("member", "name", "giver", "giver_name"),
    listing={
        "title": "Thread",
        "url": "Link",
        "name": "Member",
        "member_team": "Team",
        "member_seniority": "Seniority",
        "reason": "For",
    },
    order="second, post, giver, reason",
    roles=("member", "giver"),
)

LEVEL_MOVES = Relation(
    name="level_moves",
    one_row="One row per change of a member's level, joining left out.",
    sql="select level_changes.* from level_changes join communities using (community) "
    "where community = $community and from_level is not null and day >= communities.first_day + 180",
    day="day",
    topic=None,
    personal=("member", "name"),
    listing={**MEMBER_LISTING, "from_level": "From level", "to_level": "To level"},
)

ARRIVALS = Relation(
    name="arrivals",
    one_row="One row per member who joined (else was first seen) 90 days or more after the export begins.",
    sql="""
        select members.member, members.member_id, members.name, members.since_day as day,
            memberships.team as member_team, memberships.seniority as member_seniority
        from members
        join memberships on memberships.member_id = members.member_id
            and members.since_day >= memberships.from_day and members.since_day < memberships.to_day
        where members.community = $community and members.start_in_view and members.left_day > members.since_day""",
    day="day",
    topic=None,
    personal=("member", "name"),
    listing=MEMBER_LISTING,
)

PEOPLE_OF_DAYS = """
    with pieces(piece, start, first_day, end_day, days) as ({pieces}),
    done as (
        select {piece_of_day} as piece, stretch_id, sum(questions) as questions, sum(posts) as posts,
            sum(helps) as helps, sum(threads_watched) as threads_watched
        from member_days
        where community = $community and ({within})
        group by all
    )
    select pieces.start, memberships.member, memberships.member_id, memberships.name, memberships.stretch_id,
        memberships.team as member_team, memberships.seniority as member_seniority,
        least(held_to, pieces.end_day) - greatest(held_from, pieces.first_day) as days_held, pieces.days,
        coalesce(posts, 0) as posts, coalesce(questions, 0) as questions, coalesce(helps, 0) as helps,
        coalesce(threads_watched, 0) as threads_watched, done.stretch_id is not null as active
    from pieces
    join memberships on memberships.community = $community
        and least(held_to, pieces.end_day) > greatest(held_from, pieces.first_day)
    left join done on done.piece = pieces.piece and done.stretch_id = memberships.stretch_id"""
PEOPLE_OF_MONTHS = """
    select {start} as start, member, member_id, name, stretch_id, member_team, member_seniority, days_held, {days} as days,
        posts, questions, helps, threads_watched, active
    from people_months
    where community = $community and day >= {first_day} and day < {end_day}"""
"""What `{people}` is made of: single days where a period begins and ends, whole months between."""

PEOPLE = Relation(
    name="people",
    one_row="One row per period, member, stretch of a group held in it and month: the days held, and what was done meanwhile.",
    sql="select * from {people}",
    day=None,
    topic=None,
    personal=("member", "name"),
    listing=MEMBER_LISTING,
)

PRESENT = Relation(
    name="present",
    one_row="One row per period and member present at its last moment, with the group, and who is away or back.",
    sql="""
        with gone as (
            select distinct start, member_id from periods
            join silences on community = $community and day < end_day - 90 and day_after >= end_day
        ),
        back as (
            select distinct start, member_id from periods
            join silences on community = $community
                and day < first_day - 90 and day_after >= first_day and day_after < end_day
        )
        select periods.start, memberships.member, memberships.member_id, memberships.name,
            memberships.team as member_team, memberships.seniority as member_seniority,
            back.member_id is not null as returning_now, gone.member_id is not null as away
        from periods
        join memberships on memberships.community = $community
            and held_from < periods.end_day and held_to >= periods.end_day
        left join gone on gone.start = periods.start and gone.member_id = memberships.member_id
        left join back on back.start = periods.start and back.member_id = memberships.member_id""",
    day=None,
    topic=None,
    personal=("member", "name"),
    listing=MEMBER_LISTING,
)

SILENT = Relation(
    name="silent",
    one_row="One row per period and member present at its last moment who neither posted nor read in it, with the group.",
    sql="""
        select periods.start, memberships.member, memberships.member_id, memberships.name,
            memberships.team as member_team, memberships.seniority as member_seniority
        from periods
        join memberships on memberships.community = $community
            and held_from < periods.end_day and held_to >= periods.end_day
        anti join (
            select start, member_id from periods
            join {member_days} as acts on community = $community and day >= first_day and day < end_day
                and (posts > 0 or threads_read > 0)
            group by all
        ) as voiced on voiced.start = periods.start and voiced.member_id = memberships.member_id""",
    day=None,
    topic=None,
    personal=("member", "name"),
    listing=MEMBER_LISTING,
)

READING_ONLY = Relation(
    name="reading_only",
    one_row="One row per period, member who read and posted nothing in it, and group held while reading.",
    sql="""
        select periods.start, acts.member, acts.member_id, any_value(acts.name) as name, acts.member_team,
            acts.member_seniority
        from periods
        join {member_days} as acts on acts.community = $community and acts.day >= periods.first_day
            and acts.day < periods.end_day and threads_read > 0 and not is_deleted
        anti join (
            select start, member_id from periods
            join {member_days} as posts on community = $community and day >= first_day and day < end_day and posts > 0
            group by all
        ) as posted on posted.start = periods.start and posted.member_id = acts.member_id
        group by all""",
    day=None,
    topic=None,
    personal=("member", "name"),
    listing=MEMBER_LISTING,
)

LEVELS = Relation(
    name="levels",
    one_row="One row per period and member present at its last moment with any act so far, with the level then.",
    sql="select periods.start, stretches.member, stretches.name, stretches.level, level_bars.name as level_name, "
    "member_team, member_seniority from periods "
    "join level_stretches as stretches on stretches.community = $community "
    "and stretches.from_day < periods.end_day and stretches.to_day >= periods.end_day "
    "join level_bars on level_bars.level = stretches.level",
    day=None,
    topic=None,
    personal=("member", "name"),
    listing={**MEMBER_LISTING, "level_name": "Level"},
)

LEVELS_OF_MEMBERS = Relation(
    name="levels_of_members",
    one_row="One row per period and member present at its last moment, with the level then, 0 for who never did anything.",
    sql="select periods.start, memberships.member, memberships.name, coalesce(stretches.level, 0) as level, "
    "coalesce(level_bars.name, 'no level yet') as level_name, memberships.team as member_team, "
    "memberships.seniority as member_seniority from periods "
    "join memberships on memberships.community = $community "
    "and held_from < periods.end_day and held_to >= periods.end_day "
    "left join level_stretches as stretches on stretches.community = $community "
    "and stretches.member = memberships.member "
    "and stretches.from_day < periods.end_day and stretches.to_day >= periods.end_day "
    "left join level_bars on level_bars.level = stretches.level",
    day=None,
    topic=None,
    personal=("member", "name"),
    listing={**MEMBER_LISTING, "level_name": "Level"},
)

LEVEL_LEDGER = Relation(
    name="level_ledger",
    one_row=one_row("level_ledger"),
    sql="select ledger.*, level_bars.name as level_name, greatest($first_day, communities.first_day + 180) as flows_from, "
    "$end_day as flows_until from level_ledger as ledger join communities using (community) "
    "join level_bars using (level) where community = $community and day < $end_day "
    "and least($end_day, as_of_day + 1) > communities.first_day + 180",
    day=None,
    topic=None,
    personal=("member", "name"),
    listing=MEMBER_LISTING,
)

LEVEL_SIDES = Relation(
    name="level_sides",
    one_row="One row per member present where the flows between levels start, and one where they end, with the level then, and "
    "whether flows are known by the end.",
    sql="""
        with span as (
            select least(end_day, greatest($first_day, first_day + 180)) as start_day, end_day,
                end_day > first_day + 180 as flows_known
            from (select *, least($end_day, as_of_day + 1) as end_day from communities where community = $community)
        ),
        sides as (
            select 'start' as side, start_day as day, flows_known from span
            union all select 'end' as side, end_day as day, flows_known from span
        )
        select sides.side, sides.flows_known, stretches.member, stretches.name, stretches.level,
            level_bars.name as level_name, member_team, member_seniority
        from sides
        join level_stretches as stretches on stretches.community = $community
            and stretches.from_day < sides.day and stretches.to_day >= sides.day
        join level_bars on level_bars.level = stretches.level""",
    day=None,
    topic=None,
    personal=("member", "name"),
    listing={**MEMBER_LISTING, "level_name": "Level"},
)

TEAM_LOADS = Relation(
    name="team_loads",
    one_row="One row per member and team they helped in: their helps, and whether they are of the three of it who helped most.",
    sql="""
        select helper_id as member_id, helper_team as member_team, helper_seniority as member_seniority, count(*) as helps,
            rank <= 3 as is_busiest
        from helps join (
            select helper_id, helper_team,
                row_number() over (partition by helper_team order by count(*) desc, helper_id) as rank
            from helps
            where community = $community and day >= $first_day and day < $end_day
            group by helper_id, helper_team
        ) as ranked using (helper_id, helper_team)
        where community = $community and day >= $first_day and day < $end_day and helper_team <> 'Unknown'
        group by all""",
    day=None,
    topic=None,
    personal=("member_id",),
    listing={"member_team": "Team", "member_seniority": "Seniority"},
    of_own_teams="true",
)

MILESTONES = Relation(
    name="milestones",
    one_row="One row per member who joined 90 days or more after the export begins, until the end of the period: days until "
    "each first step, days followed until then or leaving, and days since joining.",
    sql="""
        select milestones.*, least(left_day, last_day) - since_day as followed_days, last_day - since_day as days_since
        from milestones
        join (select community, least($end_day, as_of_day) - 1 as last_day from communities) using (community)
        where community = $community and since_day <= last_day""",
    day=None,
    topic=None,
    personal=("member", "name"),
    listing=MEMBER_LISTING,
)

MIXED_HELPS = Relation(
    name="mixed_helps",
    one_row="One row per period and help between two members of known teams, with the share of all such helps of others in the "
    "period that went to the helper's team.",
    sql="""
        with known as (
            select periods.start, helps.*
            from helps join periods on day >= first_day and day < end_day
            where community = $community and asker_team <> 'Unknown' and helper_team <> 'Unknown'
        ),
        everybody as (select start, count(*) as helps from known group by all),
        teams as (select start, asker_team as team, count(*) as helps from known group by all),
        own as (select start, asker_id, count(*) as helps from known group by all),
        own_here as (select start, asker_id, asker_team as team, count(*) as helps from known group by all)
        select known.*, known.asker_team = known.helper_team as is_own,
            (coalesce(teams.helps, 0) - coalesce(own_here.helps, 0)) / (everybody.helps - coalesce(own.helps, 0)) as expected
        from known
        join everybody on everybody.start = known.start
        left join teams on teams.start = known.start and teams.team = known.helper_team
        left join own on own.start = known.start and own.asker_id = known.helper_id
        left join own_here on own_here.start = known.start and own_here.asker_id = known.helper_id
            and own_here.team = known.helper_team""",
    day=None,
    topic=None,
    personal=("helper", "helper_name", "asker", "asker_name"),
    listing={
        **HELPS.listing,
        "asker_team": "Team helped",
        "expected": "Expected share of own team",
    },
    order="second, question, helper",
    roles=("helper", "asker"),
)

GIVEN = Relation(
    name="given",
    one_row="One row per help, from the side of who gave it: the helper is the member, the asker the other.",
    sql="select helper_id as member_id, helper_team as member_team, helper_seniority as member_seniority, "
    "asker_id as other_id, asker_team as other_team, asker_seniority as other_seniority, "
    "asker_deleted as other_deleted, day, hour "
    "from helps where community = $community",
    day="day",
    topic=None,
    personal=("member_id", "other_id"),
    listing={"member_team": "Team", "member_seniority": "Seniority"},
    roles=("member", "other"),
)

RECEIVED = Relation(
    name="received",
    one_row="One row per help, from the side of who got it: the asker is the member, the helper the other.",
    sql="select asker_id as member_id, asker_team as member_team, asker_seniority as member_seniority, "
    "helper_id as other_id, helper_team as other_team, helper_seniority as other_seniority, "
    "helper_deleted as other_deleted, day "
    "from helps where community = $community",
    day="day",
    topic=None,
    personal=("member_id", "other_id"),
    listing={"member_team": "Team", "member_seniority": "Seniority"},
    roles=("member", "other"),
)

MOST_GAINING, BLOCKS = 500, 12
"""Of how many members growth is told, and how many stretches of days each of their two periods is
cut into.
"""

GAINS = Relation(
    name="gains",
    one_row="One row per member whose points grew, of those who gained the most: now, in as many days before, and how they came "
    "over stretches of these days; none where those reach back before the data.",
    sql=f"""
        with span as (
            select community, $first_day - (end_day - $first_day) as before_day, end_day,
                end_day - $first_day as days, least({BLOCKS}, end_day - $first_day) as blocks, all_sources_day
            from (select *, least($end_day, as_of_day + 1) as end_day from communities where community = $community)
        ),
        blocks as (
            select member_id, (day - before_day) * blocks // days as block, sum(points) as points
            from points join span using (community)
            where day >= before_day and day < end_day
            group by all
        ),
        sums as (
            select member_id, coalesce(sum(points) filter (where block >= blocks), 0) as points_now,
                coalesce(sum(points) filter (where block < blocks), 0) as points_before,
                sum(cast(points as double) ** 2) as squares, any_value(blocks) as blocks
            from blocks join span on true
            group by all
        ),
        most as (
            select *, (select count(*) from sums) as compared from sums
            where points_now > points_before
            order by points_now - points_before desc, member_id
            limit {MOST_GAINING}
        ),
        thanked as (
            select member_id, count(distinct coalesce(giver, 'unknown, in ' || thread))
                    filter (where day >= $first_day and reason not in ('help', 'downvote')) as givers,
                arg_max(member_team, second) as member_team, arg_max(member_seniority, second) as member_seniority
            from points join span using (community)
            semi join most on most.member_id = points.member_id
            where day >= before_day and day < end_day
            group by all
        )
        select members.member, members.member_id, members.name, thanked.member_team, thanked.member_seniority,
            most.points_before, most.points_now, most.squares, most.blocks, most.compared, thanked.givers,
            coalesce(members.since_day, 0) <= before_day as was_present
        from most
        join thanked using (member_id)
        join members on members.member_id = most.member_id
        join span on span.community = members.community and before_day >= all_sources_day
        where not members.is_deleted""",
    day=None,
    topic=None,
    personal=("member", "name"),
    listing=MEMBER_LISTING,
)

BELONGED = Relation(
    name="belonged",
    one_row="One row per member and stretch of a group held on at least one day of the period.",
    sql="select member, member_id, name, team as member_team, seniority as member_seniority from memberships "
    "where community = $community and held_from < $end_day and held_to > greatest($first_day, held_from)",
    day=None,
    topic=None,
    personal=("member", "name"),
    listing=MEMBER_LISTING,
)

RETAINED = Relation(
    name="retained",
    one_row="One row per period and member active in as many days before it, with the group at the last act then, and who came "
    "back in the period; none where the days before reach back before the data.",
    sql="""
        with days_before as (
            select start, periods.first_day, end_day, unnest(range(2 * periods.first_day - end_day, periods.first_day)) as day
            from communities
            join periods on 2 * periods.first_day - periods.end_day >= communities.all_sources_day
            where community = $community
        )
        select start, before.member, before.member_id, before.name, before.member_team, before.member_seniority,
            before.day_after < end_day as retained
        from days_before
        join member_days as before on before.day = days_before.day and before.day_after >= days_before.first_day
            and not before.is_deleted
        where community = $community""",
    day=None,
    topic=None,
    personal=("member", "name"),
    listing=MEMBER_LISTING,
)

TWELVE_MONTHS = Relation(
    name="twelve_months",
    one_row="One row per period and member active in the twelve months that end with the last whole month in it, with the "
    "group then; none where the data does not reach back so far.",
    sql="""
        with ends as (
            select periods.start, periods.first_day, communities.all_sources_day,
                date_trunc('month', date '1970-01-01' + cast(least(end_day, as_of_day) as int)) as month_end
            from periods join communities on communities.community = $community
        ),
        months as (
            select start, first_day, all_sources_day,
                date_diff('day', date '1970-01-01', month_end - interval 12 month) as year_day,
                date_diff('day', date '1970-01-01', month_end - interval 1 month) as month_day
            from ends
        )
        select months.start, active.member, active.member_id, active.name, active.member_team, active.member_seniority,
            active.day = months.month_day as active_now
        from months
        join member_months as active on active.community = $community and active.day >= months.year_day
            and active.day <= months.month_day and active.month_after > months.month_day and not active.is_deleted
        where month_day >= months.first_day and year_day >= all_sources_day""",
    day=None,
    topic=None,
    personal=("member", "name"),
    listing=MEMBER_LISTING,
)

HELP_PAIRS = Relation(
    name="help_pairs",
    one_row="One row per period, asker and helper: how often the one helped the other, whether ever the other way round, and "
    "both groups at the last help.",
    sql="""
        with pairs as (
            select {start_of_day} as start, asker_id, helper_id, count(*) as helps, max(rowid) as last_row,
                bool_and(asker_known and helper_known) as known
            from helps
            where community = $community and day >= $first_day and day < $end_day
            group by all
        )
        select pairs.start, pairs.asker_id, pairs.helper_id, pairs.helps, last.second as last_second, last.asker_name,
            last.helper_name, last.asker_team, last.asker_seniority, last.helper_team, last.helper_seniority,
            case when pairs.known then back.helper_id is not null end as returned
        from pairs
        join helps as last on last.rowid = pairs.last_row
        left join (select start, asker_id, helper_id from pairs) as back
            on back.start = pairs.start and back.asker_id = pairs.helper_id and back.helper_id = pairs.asker_id""",
    day=None,
    topic=None,
    personal=("asker_name", "helper_name", "asker_id", "helper_id"),
    listing={
        "helper_name": "Helper",
        "helper_team": "Team",
        "helper_seniority": "Seniority",
        "asker_name": "Helped",
        "helps": "Helps",
    },
    order="helps desc, helper_id, asker_id",
    roles=("helper", "asker"),
)

BENEFITS = _mart(
    "benefits",
    day=None,
    personal=("member", "name"),
    listing=MEMBER_LISTING,
    order="name, member",
)

HANGING_TOPICS = _mart(
    "hanging_topics",
    day=None,
    personal=("helper", "helper_name", "last_helped"),
    listing={
        "title": "Topic",
        "questions": "Questions",
        "helps": "Helps",
        "own_share": "Share of help by one person",
        "helper_name": "Person",
        "helper_team": "Team",
        "helper_seniority": "Seniority",
        "last_helped": "Last helped",
        "has_left": "Has left",
    },
    columns="*, topic as title, own_helps / helps as own_share, date '1970-01-01' + cast(last_day as int) as last_helped",
    order="helps desc, title",
    roles=("helper",),
)

LIKELY_TO_KNOW = _mart(
    "likely_to_know",
    day=None,
    personal=("member", "name"),
    listing={
        "topic": "Topic",
        **MEMBER_LISTING,
        "helps": "Helps on it",
        "last_helped": "Last helped",
    },
    columns="*, date '1970-01-01' + cast(last_day as int) as last_helped",
    order="topic, place",
)

SENIORS = Relation(
    name="seniors",
    one_row="One row per period and senior, with the days held and what was done while a senior.",
    sql=f"select * from ({PEOPLE.sql}) where member_seniority = $senior",
    day=None,
    topic=None,
    personal=("member", "name"),
    listing=MEMBER_LISTING,
)

JUNIORS = Relation(
    name="juniors",
    one_row="One row per period and junior, with the days held and what was done while a junior.",
    sql=f"select * from ({PEOPLE.sql}) where member_seniority = $junior",
    day=None,
    topic=None,
    personal=("member", "name"),
    listing=MEMBER_LISTING,
)

READING_JUNIORS = Relation(
    name="reading_juniors",
    one_row="One row per period, month and junior who read threads of others in the period: days held, and what was done.",
    sql=f"""
        select * exclude (watched) from (
            select *, sum(threads_watched) over (partition by start, stretch_id) as watched from ({JUNIORS.sql})
        ) where watched > 0""",
    day=None,
    topic=None,
    personal=("member", "name"),
    listing=MEMBER_LISTING,
)

READS = Relation(
    name="reads",
    one_row=one_row("reads"),
    sql="select * from reads where community = $community",
    day="day",
    topic=None,
    personal=("member_id", "asker_id", "knower_id"),
    seniority_of=("knower",),
    listing={},
    order="day, thread_id, member_id",
)

READS_TOLD = Relation(
    name="reads_told",
    one_row="One row per reader, thread of others and day on which they read it, by name and title.",
    sql="select reads.*, members.member, members.name, reach.title, reach.url, "
    "date '1970-01-01' + cast(reads.day as int) as read_on from reads join members using (member_id) "
    "left join reach using (thread_id) where reads.community = $community and of_others",
    day="day",
    topic=None,
    personal=("member", "name"),
    listing={
        "title": "Thread",
        "url": "Link",
        "read_on": "Read on",
        "name": "Member",
        "member_team": "Team",
        "member_seniority": "Seniority",
    },
    order="day desc, thread_id, member_id",
)

_REACH_LISTING = {
    "title": "Thread",
    "url": "Link",
    "begun_on": "Begun on",
    "asker_team": "Team",
    "asker_seniority": "Seniority",
    "readers": "Readers in 30 days",
    "late_readers": "Readers from day 90 to 180",
}

REACH = Relation(
    name="reach",
    one_row=one_row("reach"),
    sql="select *, date '1970-01-01' + cast(day as int) as begun_on "
    "from reach where community = $community and not is_deleted",
    day="day",
    topic="question_id",
    personal=("asker", "asker_name"),
    listing=_REACH_LISTING,
    order="day, thread_id",
    roles=("asker",),
)

MATURE_THREADS = Relation(
    name="mature_threads",
    one_row="One row per thread on the day on which it turns 180 days old, with what became of it.",
    sql="select * replace (cast(day + 180 as int) as day), date '1970-01-01' + cast(day as int) as begun_on "
    "from reach where community = $community and not is_deleted and evergreen is not null",
    day="day",
    topic="question_id",
    personal=("asker", "asker_name"),
    listing=_REACH_LISTING,
    order="late_readers desc, day, thread_id",
    roles=("asker",),
)

FIRST_READS = Relation(
    name="first_reads",
    one_row=one_row("first_reads"),
    sql="select *, date '1970-01-01' + cast(day as int) as read_on, case when asked then days_to_ask end as asked_after, "
    "case when helped then days_to_help end as helped_after from first_reads where community = $community",
    day="day",
    topic=None,
    personal=("member", "name"),
    listing={
        **MEMBER_LISTING,
        "read_on": "First read on",
        "asked_after": "Days to first question",
        "helped_after": "Days to first answer",
    },
    order="day, member",
)

ECHOES = _mart(
    "echoes",
    personal=("member", "name"),
    listing={
        "title": "Thread",
        "url": "Link",
        "kind": "Reaction",
        "name": "Member",
        "member_team": "Team",
        "member_seniority": "Seniority",
    },
    order="second, post, member, kind, row_number",
)

TO_THANK = Relation(
    name="to_thank",
    one_row="One row per member and reason to thank them in the 7 days before the day on which the data ends.",
    sql="""
        with ends as (
            select as_of_day, as_of_day - 7 as since, json_extract_string(settings, '$.individual_scores') = 'true' as scores
            from communities where community = $community
        ),
        newly as (
            select member_id from milestones join ends on since_day + days_to_accepted >= since
                and since_day + days_to_accepted < as_of_day
            where community = $community
        ),
        accepted as (
            select helper_id as member_id, min(struct_pack(accepted_second, second, title, url)) as first
            from helps semi join newly on newly.member_id = helps.helper_id
            where community = $community and accepted group by all
        ),
        reasons as (
            select member_id, 1 as place, 'first accepted answer' as reason, first.title, first.url from accepted
            union all
            select members.member_id, 2 as place, 'reached the level ' || bars.name as reason, null as title, null as url
            from level_changes as changes join ends on changes.day >= since and changes.day < as_of_day and scores
            join level_bars as bars on bars.level = to_level
            join members on members.community = changes.community and members.member = changes.member
            where changes.community = $community and to_level > from_level
            union all
            select helper_id as member_id, 3 as place, 'helped ' || count(distinct asker_id) || ' of the least experienced'
                as reason, null as title, null as url
            from helps join ends on day >= since and day < as_of_day
            where community = $community and asker_seniority = $junior
            group by helper_id
            having count(distinct asker_id) >= 3
        )
        select members.member, members.name, memberships.team as member_team, memberships.seniority as member_seniority,
            reasons.place, reasons.reason, reasons.title, reasons.url
        from reasons
        join members using (member_id)
        join memberships using (member_id)
        join ends on as_of_day >= from_day and as_of_day < to_day
        where not members.is_deleted and left_day > as_of_day""",
    day=None,
    topic=None,
    personal=("member", "name"),
    listing={**MEMBER_LISTING, "reason": "Why"},
)

RELATIONS = {
    each.name: each
    for each in (
        QUESTIONS,
        OPEN_QUESTIONS,
        FIRST_QUESTIONS,
        HELPS,
        POSTS,
        MEMBER_DAYS,
        POINTS,
        RECOGNITIONS,
        LEVEL_MOVES,
        ARRIVALS,
        PEOPLE,
        READING_ONLY,
        PRESENT,
        SILENT,
        LEVELS,
        LEVELS_OF_MEMBERS,
        LEVEL_LEDGER,
        LEVEL_SIDES,
        TEAM_LOADS,
        MILESTONES,
        MIXED_HELPS,
        GIVEN,
        RECEIVED,
        GAINS,
        BELONGED,
        RETAINED,
        TWELVE_MONTHS,
        HELP_PAIRS,
        BENEFITS,
        HANGING_TOPICS,
        LIKELY_TO_KNOW,
        SENIORS,
        JUNIORS,
        TO_THANK,
        READING_JUNIORS,
        READS,
        READS_TOLD,
        REACH,
        MATURE_THREADS,
        FIRST_READS,
        ECHOES,
    )
}
