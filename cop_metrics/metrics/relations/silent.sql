-- One row per period and member present at its last moment who neither posted nor read in it, with
-- the group.
select
    periods.start, memberships.member, memberships.member_id, memberships.name,
    memberships.team as member_team, memberships.seniority as member_seniority
from periods
join memberships on {present_at(periods.end_day)}
anti join (
    select start, member_id
    from periods
    join {member_days} as acts
        on community = $community and day >= first_day and day < end_day
        and (posts > 0 or threads_read > 0)
    group by all
) as voiced on voiced.start = periods.start and voiced.member_id = memberships.member_id
