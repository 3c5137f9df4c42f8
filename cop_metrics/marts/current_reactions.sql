-- One row per reaction of a human to a human's undeleted post, dated when given, else when the post
-- was made, with its meaning.
with parents as (
    select lake_post.community, lake_post.post, max(lake_post.import_rank) as import_rank
    from lake_post
    join measured
        on measured.import_rank = lake_post.import_rank and measured.table_name = 'reaction'
    group by 1, 2
),
dated as (
    select
        reactions.community, reactions.post, coalesce(accounts.member, reactions.giver) as giver,
        reactions.kind, reactions.row_number,
        human_posts.thread, human_posts.member as receiver, human_posts.kind as post_kind,
        coalesce(reaction_meanings.meaning, 'nothing') as meaning,
        greatest(coalesce(reactions.given_at, human_posts.posted_at), human_posts.posted_at)
            as given_at,
        greatest(coalesce(cast(reactions.given_at_ms as double) / 1000, human_posts.second),
            human_posts.second) as second,
        communities.time_zone
    from lake_reaction as reactions
    join parents
        on parents.community = reactions.community and parents.post = reactions.post
        and parents.import_rank = reactions.import_rank
    join human_posts
        on human_posts.community = reactions.community and human_posts.post = reactions.post
    join communities on communities.community = reactions.community
    left join reaction_meanings on reaction_meanings.kind = lower(reactions.kind)
    left join accounts
        on accounts.community = reactions.community and accounts.account = reactions.giver
    where human_posts.deleted_second is null and not coalesce(accounts.is_bot, false)
)
select
    community, post, giver, kind, row_number, thread, receiver, post_kind, meaning,
    second,
    {local_day(given_at, time_zone)} as day
from dated
