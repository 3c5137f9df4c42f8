-- One row per undeleted reply to a question, with the seconds from asking to it, never below 0.
select
    questions.community, questions.post as question, questions.member as asker, questions.second as asked_second,
    replies.post, replies.member, replies.member = questions.member as by_asker,
    replies.kind in ('answer', 'message') as is_answer,
    greatest(replies.second, questions.second) as second, greatest(replies.posted_at, questions.posted_at) as posted_at,
    replies.second < questions.second as clamped,
    greatest(replies.day, questions.day) as day,
    replies.accepted,
    case when replies.accepted
        then greatest(coalesce(replies.accepted_second, replies.second), replies.second, questions.second) end as accepted_second
from human_posts as questions
join human_posts as replies on replies.community = questions.community and replies.thread = questions.thread
where questions.kind = 'question' and replies.kind <> 'question' and replies.deleted_second is null
