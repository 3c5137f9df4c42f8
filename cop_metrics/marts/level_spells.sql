-- One row per gain of a member and the local days, from_day to the day before to_day, on which it
-- counts in the last 180 days.
with helped as (
    select
        community, helper as member, asker, day,
        lead(day, 1, {NO_END}) over (partition by community, helper, asker order by day) as next_day
    from (select distinct community, helper, asker, day from helps) as help_days
)
select
    community, member, day as from_day, day + {LEVEL_DAYS} as to_day,
    cast(sum(points) as int) as points,
    0 as people, 0 as days
from points
group by 1, 2, 3, 4
union all
select
    community, member, day as from_day, least(next_day, day + {LEVEL_DAYS}) as to_day, 0 as points,
    1 as people, 0 as days
from helped
union all
select
    community, member, day as from_day, day + {LEVEL_DAYS} as to_day, 0 as points, 0 as people,
    1 as days
from member_days
where posts > 0
