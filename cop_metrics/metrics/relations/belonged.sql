-- One row per member and stretch of a group held on at least one day of the period.
select member, member_id, name, team as member_team, seniority as member_seniority
from memberships
where community = $community and held_from < $end_day and held_to > greatest($first_day, held_from)
