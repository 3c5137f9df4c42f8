-- One row per member and local day on which its level, judged over the last 180 days, changes;
-- from_level is null on joining. A level is reached when its bars are met and lost when they are no
-- longer kept. As no bar is below that of a lower level, the levels reached are always the lowest
-- ones, so their number is the level that the rule gives when followed day by day.
with first_days as (
    select
        members.community, members.member,
        least(min(members.first_day), coalesce(min(level_spells.from_day), {NO_END})) as day
    from members
    left join level_spells
        on level_spells.community = members.community and level_spells.member = members.member
    where members.first_day is not null and members.member <> members.source || ':unknown'
    group by 1, 2
),
gains as (
    select
        community, member, sum(greatest(points, 0)) as points, sum(people) as people,
        sum(days) as days
    from level_spells
    group by 1, 2
),
within_reach as (
    select
        first_days.community, first_days.member, level_bars.level,
        level_bars.points, level_bars.people, level_bars.days,
        level_bars.kept_points, level_bars.kept_people, level_bars.kept_days
    from first_days
    join gains on gains.community = first_days.community and gains.member = first_days.member
    join level_bars
        on level_bars.level > 0 and gains.points >= level_bars.points
        and gains.people >= level_bars.people
        and gains.days >= level_bars.days
),
changes as (
    select community, member, from_day as day, points, people, days
    from level_spells
    union all
    select community, member, to_day as day, -points as points, -people as people, -days as days
    from level_spells
),
daily as (
    select
        changes.community, changes.member, changes.day, sum(points) as points,
        sum(people) as people, sum(days) as days
    from changes
    join (select distinct community, member from within_reach) as risers
        on risers.community = changes.community and risers.member = changes.member
    group by 1, 2, 3
),
standing as (
    select
        community, member, day,
        sum(points) over so_far as points, sum(people) over so_far as people,
        sum(days) over so_far as days
    from daily
    window so_far as (
        partition by community, member order by day
        rows between unbounded preceding and current row
    )
),
judged as (
    select
        standing.community, standing.member, standing.day, bars.level,
        case
            when standing.points >= bars.points and standing.people >= bars.people
                and standing.days >= bars.days then 1
            when standing.points < bars.kept_points or standing.people < bars.kept_people
                or standing.days < bars.kept_days
                then 0
        end as reached
    from standing
    join within_reach as bars
        on bars.community = standing.community and bars.member = standing.member
),
turns as (
    select
        community, member, day, reached,
        lag(reached, 1, 0) over (partition by community, member, level order by day)
            as reached_before
    from judged
    where reached is not null
),
steps as (
    select community, member, day, cast(sum(step) as int) as step, max(joining) as joining
    from (
        select community, member, day, 0 as step, 1 as joining from first_days
        union all
        select community, member, day, reached - reached_before as step, 0 as joining
        from turns
        where reached <> reached_before
    ) as parts
    group by 1, 2, 3
),
levels as (
    select
        *,
        cast(sum(step) over (
            partition by community, member order by day
            rows between unbounded preceding and current row
        ) as int) as level
    from steps
)
select
    levels.community, levels.member, members.name,
    memberships.team as member_team, memberships.seniority as member_seniority,
    levels.day, case when levels.joining = 0 then levels.level - levels.step end as from_level,
    levels.level as to_level
from levels
join communities on communities.community = levels.community
join members on members.community = levels.community and members.member = levels.member
join memberships on {held_at(memberships, levels.member, levels.day)}
where levels.day <= communities.as_of_day and levels.day < members.left_day
