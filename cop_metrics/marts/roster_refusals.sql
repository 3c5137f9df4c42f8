-- One row per member whose roster periods overlap: none of these is used.
select distinct community, member
from (
    select
        community, member, to_day,
        lead(from_day, 1, {NO_END}) over (partition by community, member order by from_day, to_day,
            row_number) as next_from_day
    from roster_matches
) as periods
where next_from_day < to_day
