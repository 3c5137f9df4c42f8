-- One row per member present where the flows between levels start, and one where they end, with the
-- level then, and whether flows are known by the end.
with span as (
    select
        least(end_day, greatest($first_day, first_day + {LEVEL_DAYS})) as start_day, end_day,
        end_day > first_day + {LEVEL_DAYS} as flows_known
    from (
        select *, least($end_day, as_of_day + 1) as end_day
        from communities
        where community = $community
    )
),
sides as (
    select 'start' as side, start_day as day, flows_known from span
    union all
    select 'end' as side, end_day as day, flows_known from span
)
select
    sides.side, sides.flows_known, stretches.member, stretches.name, stretches.level,
    level_bars.name as level_name, member_team, member_seniority
from sides
join level_stretches as stretches on {level_at(sides.day)}
join level_bars using (level)
