-- One row per human reader, thread and day on which they read it; undated totals are left out.
with newest as (
    select *
    from lake_read
    where reader is not null and day is not null
    qualify import_rank = max(import_rank) over (partition by community, thread, reader, day)
)
select
    newest.community, newest.thread, coalesce(accounts.member, newest.reader) as member,
    {day_of(newest.day)} as day, cast(sum(newest.reads) as bigint) as reads
from newest
left join accounts on accounts.community = newest.community and accounts.account = newest.reader
where not coalesce(accounts.is_bot, false)
group by 1, 2, 3, 4
