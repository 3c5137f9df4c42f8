-- One row per member who joined (else was first seen) 90 days or more after the export begins.
select
    members.member, members.member_id, members.name, members.since_day as day,
    memberships.team as member_team, memberships.seniority as member_seniority
from members
join memberships on {held_at(memberships, members.member, members.since_day)}
where members.community = $community and members.start_in_view
    and members.left_day > members.since_day
