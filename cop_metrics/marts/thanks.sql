-- One row per upvote, thanks or downvote on a member's post by anyone else, with what the post was
-- and its place in the giver's month.
with help_posts as (
    select community, post, question
    from replies
    where is_answer and not by_asker
    qualify row_number() over (partition by community, post order by asked_second, question) = 1
),
given as (
    select
        reactions.community, reactions.post, reactions.thread, reactions.receiver as member,
        reactions.giver,
        reactions.kind, reactions.row_number, reactions.meaning, reactions.second, reactions.day,
        coalesce(help_posts.question, case when reactions.post_kind = 'question'
            then reactions.post end) as question,
        case
            when reactions.meaning = 'downvote' then 'downvote'
            when help_posts.post is not null then reactions.meaning || ' on a help'
            when reactions.post_kind = 'question' then 'on a question'
            else 'on another post'
        end as reason,
        {date_of(reactions.day)} as local_date
    from current_reactions as reactions
    left join help_posts
        on help_posts.community = reactions.community and help_posts.post = reactions.post
    where
        reactions.meaning in ('upvote', 'thanks', 'downvote')
        and (reactions.giver is null or reactions.giver <> reactions.receiver)
)
select
    community, post, thread, question, member, giver, kind, row_number, reason, second, day,
    case when giver is null or reason = 'downvote' then 1 else row_number() over (
        partition by
            community, giver, member, reason = 'downvote', extract(year from local_date),
            extract(month from local_date)
        order by second, post, kind, row_number
    ) end as place_in_month
from given
