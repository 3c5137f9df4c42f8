-- One row per undeleted reply to a question: when it was made, in seconds never before the
-- question, and whether it was accepted or marked as the solution by the asker.
with marks as (
    select community, post, giver, min(second) as second
    from current_reactions
    where meaning = 'solved'
    group by 1, 2, 3
)
select
    questions.community, questions.post as question, questions.member as asker,
    questions.second as asked_second,
    replies.post, replies.member, replies.member = questions.member
        and not replies.is_unknown as by_asker,
    replies.kind, replies.is_answer, greatest(replies.second, questions.second) as second,
    replies.posted_at, replies.day, replies.hour,
    replies.second < questions.second as clamped,
    replies.rules, replies.accepted or marks.post is not null as accepted,
    case when replies.accepted or marks.post is not null
        then greatest(coalesce(replies.accepted_second, marks.second, replies.second),
            replies.second, questions.second) end
        as accepted_second
from human_posts as questions
join human_posts as replies
    on replies.community = questions.community and replies.thread = questions.thread
left join marks
    on marks.community = replies.community and marks.post = replies.post
    and marks.giver = questions.member
where questions.kind = 'question' and replies.kind <> 'question' and replies.deleted_second is null
