-- One row per change of the number of people at a level in a group: +1 or -1, with the reason; sums
-- give who is there when.
with neighbours as (
    select
        community, member, name, level, member_team, member_seniority, from_day, to_day,
        lag(level, 1, -1) over (partition by community, member order by from_day) as old_level,
        lag(member_team, 1, '') over (partition by community, member order by from_day) as old_team,
        lag(member_seniority, 1, '') over (partition by community, member order by from_day)
            as old_seniority,
        lead(from_day, 1, -1) over (partition by community, member order by from_day) as next_day
    from level_stretches
),
steps as (
    select
        *,
        old_level >= 0 and (old_team <> member_team or old_seniority <> member_seniority)
            as transfers,
        old_level >= 0 and old_level <> level as moves
    from neighbours
)
select
    community, member, name, from_day as day, level, member_team, member_seniority,
    'joined' as reason, 1 as amount
from steps
where old_level < 0
union all
select
    community, member, name, from_day as day, old_level as level, old_team as member_team,
    old_seniority as member_seniority, 'transferred out' as reason, -1 as amount
from steps
where transfers
union all
select
    community, member, name, from_day as day, old_level as level, member_team, member_seniority,
    'transferred in' as reason, 1 as amount
from steps
where transfers
union all
select
    community, member, name, from_day as day, old_level as level, member_team, member_seniority,
    'moved out' as reason, -1 as amount
from steps
where moves
union all
select
    community, member, name, from_day as day, level, member_team, member_seniority,
    'moved in' as reason, 1 as amount
from steps
where moves
union all
select
    steps.community, steps.member, steps.name, steps.to_day as day, steps.level, member_team,
    member_seniority,
    'left' as reason, -1 as amount
from steps
join communities on communities.community = steps.community
where next_day < 0 and to_day <= as_of_day
