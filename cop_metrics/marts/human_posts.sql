-- One row per post of a human, notices and noise channels left out, as its newest export tells it,
-- and whether it is an answer or a reply to a question; times in seconds since 1970 UTC, to the
-- millisecond.
with newest as (
    select
        posts.community, posts.source, posts.post, posts.thread, posts.author, posts.accepted,
        posts.accepted_at_ms,
        posts.created_at, posts.created_at_ms, posts.deleted_at_ms, posts.rules,
        asked_posts.found_by,
        case when asked_posts.post is null then posts.kind else 'question' end as kind,
        coalesce(asked_posts.is_explicit, posts.kind = 'question') as is_explicit
    from (
        select *
        from lake_post
        qualify row_number() over (partition by community, post order by import_rank desc,
            row_number desc) = 1
    ) as posts
    left join asked_posts
        on asked_posts.community = posts.community and asked_posts.post = posts.post
    left join threads on threads.community = posts.community and threads.thread = posts.thread
    left join channels
        on channels.community = posts.community and channels.channel = threads.channel
        and channels.what_for = 'noise'
    where channels.channel is null
),
asked as (
    select distinct community, thread from newest where kind = 'question'
),
dated as (
    select
        newest.community, newest.source, newest.post, newest.thread, newest.kind,
        newest.is_explicit, newest.found_by,
        newest.rules,
        coalesce(accounts.member, newest.author, newest.source || ':unknown') as member,
        newest.author is null as is_unknown,
        newest.kind = 'answer' or (
            newest.kind = 'message' and asked.thread is not null
                and coalesce(newest.rules not like '% continues %', true)
        ) as is_answer,
        coalesce(newest.accepted, false) as accepted,
        newest.created_at as posted_at,
        newest.created_at at time zone 'UTC' at time zone communities.time_zone as local_at,
        cast(newest.created_at_ms as double) / 1000 as second,
        cast(newest.accepted_at_ms as double) / 1000 as accepted_second,
        cast(newest.deleted_at_ms as double) / 1000 as deleted_second
    from newest
    join communities on communities.community = newest.community
    left join asked on asked.community = newest.community and asked.thread = newest.thread
    left join accounts on accounts.community = newest.community and accounts.account = newest.author
    where newest.kind <> 'notice' and not coalesce(accounts.is_bot, false)
)
select
    *,
    {day_of(cast(local_at as date))} as day,
    cast(extract(hour from local_at) as int) as hour
from dated
