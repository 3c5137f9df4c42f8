-- One row per member, calendar month of the data and stretch of a group held in it: the days held,
-- and what was done meanwhile.
select
    months.community, memberships.member, memberships.member_id, memberships.name, months.day,
    memberships.stretch_id,
    memberships.team as member_team, memberships.seniority as member_seniority,
    cast(least(memberships.held_to, months.end_day) - greatest(memberships.held_from,
        months.day) as int) as days_held,
    cast(months.end_day - months.day as int) as days,
    coalesce(member_months.posts, 0) as posts, coalesce(member_months.questions, 0) as questions,
    coalesce(member_months.helps, 0) as helps,
    coalesce(member_months.threads_watched, 0) as threads_watched,
    member_months.stretch_id is not null as active
from months
join memberships
    on memberships.community = months.community
    and memberships.held_from < months.end_day and memberships.held_to > months.day
    and memberships.held_from < memberships.held_to
left join member_months
    on member_months.community = months.community and member_months.day = months.day
    and member_months.stretch_id = memberships.stretch_id
