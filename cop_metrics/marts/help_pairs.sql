-- One row per asker and helper of the last 12 months of the data: how many helps.
select
    helps.community, helps.asker_id, helps.helper_id, cast(count(*) as int) as helps
from helps
join communities on communities.community = helps.community
where helps.day >= communities.as_of_day - {YEAR_DAYS} and helps.day < communities.as_of_day
group by 1, 2, 3
