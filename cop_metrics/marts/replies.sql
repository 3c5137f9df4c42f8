-- One row per undeleted reply to a question: when it was made, in seconds never before the question, and whether it was accepted.
select
    questions.community, questions.post as question, questions.member as asker, questions.second as asked_second,
    replies.post, replies.member, replies.member = questions.member and not replies.is_unknown as by_asker,
    replies.is_answer, greatest(replies.second, questions.second) as second, replies.posted_at, replies.day, replies.hour,
    replies.second < questions.second as clamped,
    replies.accepted,
    case when replies.accepted
        then greatest(coalesce(replies.accepted_second, replies.second), replies.second, questions.second) end as accepted_second
from human_posts as questions
join human_posts as replies on replies.community = questions.community and replies.thread = questions.thread
where questions.kind = 'question' and replies.kind <> 'question' and replies.deleted_second is null
