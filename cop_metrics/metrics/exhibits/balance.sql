-- One row per group of {by}: its members, and which shares of them got help, read and were
-- recognised while in it; null where the sources cannot tell.
with held as (
    select
        member_{by}, bool_or(got_help_here) as got_help, bool_or(watched_here) as watched,
        bool_or(recognised_here) as recognised
    from benefits
    where days_here >= {HELD_DAYS}
    group by member_{by}, member_id
    having sum(days_held) >= {HELD_DAYS}
)
select
    member_{by}, count(*) as members, avg(cast(got_help as int)) as got_help,
    case when {measured(read)} then avg(cast(watched as int)) end as watched,
    case when {measured(reaction)}
        or exists (select 1 from main.questions where community = $community and accepted)
        then avg(cast(recognised as int)) end as recognised
from held
group by 1
order by 1
