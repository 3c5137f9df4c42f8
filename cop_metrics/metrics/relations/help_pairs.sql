-- One row per period, asker and helper: how often the one helped the other, whether ever the other
-- way round, and both groups at the last help.
with pairs as (
    select
        {start_of_day} as start, asker_id, helper_id, count(*) as helps, max(rowid) as last_row,
        bool_and(asker_known and helper_known) as known
    from helps
    where community = $community and day >= $first_day and day < $end_day
    group by all
)
select
    pairs.start, pairs.asker_id, pairs.helper_id, pairs.helps, last.second as last_second,
    last.asker_name, last.helper_name, last.asker_team, last.asker_seniority, last.helper_team,
    last.helper_seniority, case when pairs.known then back.helper_id is not null end as returned
from pairs
join helps as last on last.rowid = pairs.last_row
left join (select start, asker_id, helper_id from pairs) as back
    on back.start = pairs.start and back.asker_id = pairs.helper_id
    and back.helper_id = pairs.asker_id
