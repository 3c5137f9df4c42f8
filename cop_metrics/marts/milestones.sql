-- One row per member who joined (else was first seen) 90 days or more after the export begins: days
-- until each first step, null where there is none.
with posted as (
    select community, member, min(day) as day
    from posts
    group by 1, 2
),
helped as (
    select community, helper as member, min(day) as day
    from helps
    group by 1, 2
),
thanked as (
    select community, member, min(day) as day
    from recognitions
    where reason <> 'accepted'
    group by 1, 2
),
accepted as (
    select community, member, min(day) as day
    from acceptances
    group by 1, 2
)
select
    members.community, members.member, members.member_id, members.name,
    memberships.team as member_team, memberships.seniority as member_seniority, members.since_day,
    members.left_day,
    posted.day - members.since_day as days_to_post, helped.day - members.since_day as days_to_help,
    thanked.day - members.since_day as days_to_thanks,
    accepted.day - members.since_day as days_to_accepted
from members
join memberships on {held_at(memberships, members.member, members.since_day)}
left join posted on posted.community = members.community and posted.member = members.member
left join helped on helped.community = members.community and helped.member = members.member
left join thanked on thanked.community = members.community and thanked.member = members.member
left join accepted on accepted.community = members.community and accepted.member = members.member
where members.start_in_view and members.left_day > members.since_day
