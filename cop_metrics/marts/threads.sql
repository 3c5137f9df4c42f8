-- One row per thread, as its newest export tells it; without its title where settings say so.
select
    newest.community, source, thread, case when communities.keep_titles then title end as title,
    url, channel,
    closed_at, closed_at_ms, closed_as, views
from (
    select *
    from lake_thread
    qualify row_number() over (partition by community, thread order by import_rank desc,
        row_number desc) = 1
) as newest
join communities on communities.community = newest.community
