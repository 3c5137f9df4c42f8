-- One row per post of a human, notices left out, as its newest export tells it; times in whole seconds since 1970 UTC.
with newest as (
    select *
    from lake_post
    qualify row_number() over (partition by community, post order by import_rank desc, row_number desc) = 1
),
dated as (
    select
        newest.community, newest.source, newest.post, newest.thread, newest.kind,
        coalesce(newest.author, newest.source || ':unknown') as member,
        coalesce(newest.accepted, false) as accepted,
        newest.created_at as posted_at,
        newest.created_at at time zone 'UTC' at time zone communities.time_zone as local_at,
        date_diff('second', timestamp '1970-01-01 00:00:00', date_trunc('second', newest.created_at)) as second,
        date_diff('second', timestamp '1970-01-01 00:00:00', date_trunc('second', newest.accepted_at)) as accepted_second,
        date_diff('second', timestamp '1970-01-01 00:00:00', date_trunc('second', newest.deleted_at)) as deleted_second
    from newest
    join communities on communities.community = newest.community
    left join accounts on accounts.community = newest.community and accounts.member = newest.author
    where newest.kind <> 'notice' and not coalesce(accounts.is_bot, false)
)
select
    *,
    date_diff('day', date '1970-01-01', cast(local_at as date)) as day,
    cast(extract(hour from local_at) as int) as hour
from dated
