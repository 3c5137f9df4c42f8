-- One row per period and member present at its last moment, with the level then, 0 for who never
-- did anything.
select
    periods.start, memberships.member, memberships.name, coalesce(stretches.level, 0) as level,
    coalesce(level_bars.name, 'no level yet') as level_name, memberships.team as member_team,
    memberships.seniority as member_seniority
from periods
join memberships on {present_at(periods.end_day)}
left join level_stretches as stretches
    on {level_at(periods.end_day)} and stretches.member = memberships.member
left join level_bars using (level)
