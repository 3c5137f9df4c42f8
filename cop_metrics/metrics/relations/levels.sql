-- One row per period and member present at its last moment with any act so far, with the level
-- then.
select
    periods.start, stretches.member, stretches.name, stretches.level,
    level_bars.name as level_name, member_team, member_seniority
from periods
join level_stretches as stretches on {level_at(periods.end_day)}
join level_bars using (level)
