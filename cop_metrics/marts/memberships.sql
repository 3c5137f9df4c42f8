-- One row per member and stretch of days with the same team and seniority; a member's stretches
-- cover all days, without overlap.
with rostered as (
    select roster_matches.community, roster_matches.member, team, seniority, from_day, to_day
    from roster_matches
    left join roster_refusals
        on roster_refusals.community = roster_matches.community
        and roster_refusals.member = roster_matches.member
    where roster_refusals.member is null
),
gaps as (
    select
        community, member, 'Unknown' as team, 'Unknown' as seniority,
        lag(to_day, 1, 0) over (partition by community, member order by from_day) as from_day,
        from_day as to_day
    from rostered
    union all
    select
        community, member, 'Unknown' as team, 'Unknown' as seniority, max(to_day) as from_day,
        {NO_END} as to_day
    from rostered
    group by 1, 2
),
unrostered as (
    select
        members.community, members.member, communities.has_roster, since_day,
        joining_known or start_in_view as joining_told
    from members
    join communities on communities.community = members.community
    left join roster_ends
        on roster_ends.community = members.community and roster_ends.member = members.member
    where roster_ends.member is null
),
experience as (
    -- Until 90 days after the first act of whom joined nobody knows when, they may be new or old;
    -- from then on they are old.
    select
        community, member, 'Unknown' as team,
        case when joining_told then 'newcomer' else 'Unknown' end as seniority,
        0 as from_day, since_day + {NEWCOMER_DAYS} as to_day
    from unrostered
    where not has_roster and since_day is not null
    union all
    select
        community, member, 'Unknown' as team, 'established' as seniority,
        since_day + {NEWCOMER_DAYS} as from_day, {NO_END} as to_day
    from unrostered
    where not has_roster and since_day is not null
    union all
    select
        community, member, 'Unknown' as team, 'Unknown' as seniority, 0 as from_day,
        {NO_END} as to_day
    from unrostered
    where has_roster or since_day is null
),
stretches as (
    select community, member, team, seniority, from_day, to_day from rostered
    union all
    select community, member, team, seniority, from_day, to_day from gaps where from_day < to_day
    union all
    select
        community, member, team, seniority, from_day, to_day
    from experience
    where from_day < to_day
)
select
    stretches.community, stretches.member, members.member_id,
    cast(row_number() over (order by stretches.community, stretches.member, from_day) as int)
        as stretch_id,
    members.name, team, seniority, from_day, to_day,
    greatest(from_day, coalesce(members.since_day, 0)) as held_from,
    least(to_day, members.left_day) as held_to
from stretches
join members on members.community = stretches.community and members.member = stretches.member
