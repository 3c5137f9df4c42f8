-- One row per account, bots too, as its newest export tells it, and the member whose it is; people
-- seen only by what they did as well.
with seen as (
    select community, source, coalesce(author, source || ':unknown') as member from lake_post
    union
    select community, source, giver as member from lake_reaction where giver is not null
    union
    select community, source, reader as member from lake_read where reader is not null
),
told as (
    select
        community, source, member, name, username, email_hash, joined_at, deleted_at,
        coalesce(is_bot, false) as is_bot,
        coalesce(is_deleted, deleted_at is not null) as is_deleted, import_rank, row_number
    from lake_member
    union all
    select
        community, source, member, cast(null as varchar) as name, cast(null as varchar) as username,
        cast(null as varchar) as email_hash, cast(null as timestamp) as joined_at,
        cast(null as timestamp) as deleted_at, false as is_bot,
        member = source || ':unknown' as is_deleted, -1 as import_rank, 0 as row_number
    from seen
)
select
    newest.community, newest.source, newest.member as account,
    coalesce(identities.member, newest.member) as member,
    name, username, email_hash, joined_at, deleted_at, is_bot, is_deleted
from (
    select *
    from told
    qualify row_number() over (
        partition by community, member
        order by cast(coalesce(name, username, email_hash,
            cast(joined_at as varchar)) is null as int), import_rank desc, row_number desc
    ) = 1
) as newest
left join identities
    on identities.community = newest.community and identities.account = newest.member
