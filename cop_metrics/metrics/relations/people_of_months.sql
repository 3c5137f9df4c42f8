-- One row per whole month of a period, member and stretch of a group held in it: `{people}`.
select
    {start} as start, member, member_id, name, stretch_id, member_team, member_seniority,
    days_held, {days} as days, posts, questions, helps, threads_watched, active
from people_months
where community = $community and day >= {first_day} and day < {end_day}
