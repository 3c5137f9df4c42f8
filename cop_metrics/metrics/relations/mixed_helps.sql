-- One row per period and help between two members of known teams, with the share of all such helps
-- of others in the period that went to the helper's team.
with known as (
    select periods.start, helps.*
    from helps
    join periods on day >= first_day and day < end_day
    where community = $community and asker_team <> 'Unknown' and helper_team <> 'Unknown'
),
everybody as (select start, count(*) as helps from known group by all),
teams as (select start, asker_team as team, count(*) as helps from known group by all),
own as (select start, asker_id, count(*) as helps from known group by all),
own_here as (
    select start, asker_id, asker_team as team, count(*) as helps from known group by all
)
select
    known.*, known.asker_team = known.helper_team as is_own,
    (coalesce(teams.helps, 0) - coalesce(own_here.helps, 0))
        / (everybody.helps - coalesce(own.helps, 0)) as expected
from known
join everybody on everybody.start = known.start
left join teams on teams.start = known.start and teams.team = known.helper_team
left join own on own.start = known.start and own.asker_id = known.helper_id
left join own_here
    on own_here.start = known.start and own_here.asker_id = known.helper_id
    and own_here.team = known.helper_team
