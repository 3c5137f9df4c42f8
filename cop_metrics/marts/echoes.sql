-- One row per reaction or bookmark, downvotes left out, of a member who had not posted in the
-- thread by then.
with posted as (
    select community, thread, member, min(second) as second
    from human_posts
    group by 1, 2, 3
)
select
    reactions.community, reactions.post, reactions.thread, starts.thread_id, threads.title,
    threads.url,
    reactions.giver as member, members.member_id, members.name,
    givers.team as member_team, givers.seniority as member_seniority,
    reactions.kind, reactions.row_number, reactions.second, reactions.day
from current_reactions as reactions
join members on members.community = reactions.community and members.member = reactions.giver
join memberships as givers on {held_at(givers, reactions.giver, reactions.day)}
left join threads on threads.community = reactions.community and threads.thread = reactions.thread
left join starts on starts.community = reactions.community and starts.thread = reactions.thread
left join posted
    on posted.community = reactions.community and posted.thread = reactions.thread
    and posted.member = reactions.giver
where reactions.meaning <> 'downvote'
    and (posted.second is null or posted.second > reactions.second)
