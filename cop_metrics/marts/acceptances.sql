-- One row per accepted answer to another's question: who asked, who answered, and when it was
-- accepted.
select
    replies.community, replies.question, replies.post, replies.asker, replies.member,
    replies.accepted_second as second,
    {local_day((timestamp '1970-01-01 00:00:00'
        + replies.accepted_second * interval 1 second), communities.time_zone)} as day
from replies
join communities on communities.community = replies.community
where replies.accepted and replies.is_answer and not replies.by_asker
qualify row_number() over (
    partition by replies.community, replies.post order by replies.asked_second, replies.question
) = 1
