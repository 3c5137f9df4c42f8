-- One row per human, whose accounts are one: when it joined (else was first seen) and left, in
-- local days, and whether its start is in view; authors unknown are never there.
with seen as (
    select community, member, min(day) as first_day
    from activity
    group by 1, 2
),
people as (
    select
        community, source, member, name, username,
        min(joined_at) over (partition by community, member) as joined_at,
        case when min(cast(is_deleted as int)) over (partition by community, member) = 1
            then max(deleted_at) over (partition by community, member) end as deleted_at,
        min(cast(is_deleted as int)) over (partition by community, member) = 1 as is_deleted
    from accounts
    where not is_bot
    qualify row_number() over (
        partition by community, member
        order by
            cast(is_deleted as int), cast(name is null as int), cast(account <> member as int),
            account
    ) = 1
),
dated as (
    select
        accounts.community, accounts.source, accounts.member, accounts.name, accounts.username,
        accounts.is_deleted, communities.as_of_day,
        {local_day(accounts.joined_at, communities.time_zone)} as joined_day,
        {local_day(accounts.deleted_at, communities.time_zone)} as deleted_day,
        seen.first_day, sources.first_day as source_first_day
    from people as accounts
    join communities on communities.community = accounts.community
    join sources on sources.community = accounts.community and sources.source = accounts.source
    left join seen on seen.community = accounts.community and seen.member = accounts.member
)
select
    dated.community, dated.source, dated.member,
    cast(row_number() over (order by dated.community, dated.member) as int) as member_id,
    case when is_deleted then 'deleted account'
        else coalesce(name, username, dated.member) end as name,
    username, is_deleted,
    coalesce(least(joined_day, first_day), joined_day, first_day) as since_day,
    first_day,
    coalesce(joined_day <= coalesce(first_day, joined_day), false) as joining_known,
    coalesce(coalesce(least(joined_day, first_day), joined_day, first_day) >= source_first_day
        + {EDGE_DAYS}, false) as start_in_view,
    case when dated.member = dated.source || ':unknown' then 0 else least(
        coalesce(deleted_day, case when is_deleted then as_of_day else {NO_END} end),
        coalesce(roster_ends.left_day, {NO_END})
    ) end as left_day
from dated
left join roster_ends
    on roster_ends.community = dated.community and roster_ends.member = dated.member
