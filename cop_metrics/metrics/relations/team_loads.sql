-- One row per member and team they helped in: their helps, and whether they are of the three of it
-- who helped most.
select
    helper_id as member_id, helper_team as member_team, helper_seniority as member_seniority,
    count(*) as helps, rank <= 3 as is_busiest
from helps
join (
    select
        helper_id, helper_team,
        row_number() over (partition by helper_team order by count(*) desc, helper_id) as rank
    from helps
    where community = $community and day >= $first_day and day < $end_day
    group by helper_id, helper_team
) as ranked using (helper_id, helper_team)
where community = $community and day >= $first_day and day < $end_day
    and helper_team <> 'Unknown'
group by all
