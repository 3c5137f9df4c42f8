-- One row per rostered member: the day after the last day in the roster, 99999 where it is open.
select roster_matches.community, roster_matches.member, max(roster_matches.to_day) as left_day
from roster_matches
left join roster_refusals
    on roster_refusals.community = roster_matches.community
    and roster_refusals.member = roster_matches.member
where roster_refusals.member is null
group by 1, 2
