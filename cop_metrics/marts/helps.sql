-- One row per question and helper (another member who answered it), dated by the helper's first
-- answer.
with pairs as (
    select
        community, question, member as helper, min(asker) as asker,
        min(asked_second) as asked_second,
        min(second) as second, min(posted_at) as helped_at, min(day) as day,
        min(day * 24 + hour) % 24 as hour, max(cast(clamped as int)) = 1 as clamped,
        min(case when accepted then accepted_second end) as accepted_second
    from replies
    where is_answer and not by_asker
    group by 1, 2, 3
),
thanks as (
    select
        replies.community, replies.question, replies.member as helper,
        min(current_reactions.second) as second,
        count(*) as thanks
    from replies
    join current_reactions
        on current_reactions.community = replies.community and current_reactions.post = replies.post
    where
        replies.is_answer and not replies.by_asker
            and current_reactions.meaning in ('thanks', 'upvote')
        and (current_reactions.giver is null or current_reactions.giver <> replies.member)
    group by 1, 2, 3
),
recognised as (
    select
        pairs.*,
        coalesce(thanks.thanks, 0) as thanks,
        coalesce(least(pairs.accepted_second, thanks.second), pairs.accepted_second, thanks.second)
            as recognised_second
    from pairs
    left join thanks
        on thanks.community = pairs.community and thanks.question = pairs.question
        and thanks.helper = pairs.helper
)
select
    recognised.community, recognised.question, questions.question_id, questions.title,
    questions.url,
    recognised.helper, members.member_id as helper_id, members.name as helper_name,
    helpers.team as helper_team, helpers.seniority as helper_seniority,
    members.is_deleted as helper_deleted, members.left_day > 0 as helper_known,
    askers_now.left_day > 0 as asker_known,
    recognised.asker, askers_now.member_id as asker_id, askers_now.name as asker_name,
    askers.team as asker_team, askers.seniority as asker_seniority,
    askers_now.is_deleted as asker_deleted,
    recognised.helped_at, recognised.second, recognised.day, recognised.hour, recognised.clamped,
    recognised.second - recognised.asked_second as wait_seconds,
    recognised.accepted_second is not null as accepted, recognised.accepted_second,
    recognised.thanks, recognised.recognised_second,
    members.start_in_view and row_number() over (
        partition by recognised.community, recognised.helper order by recognised.second,
        recognised.question
    ) = 1 as is_first,
    case when recognised.second + 30 * 86400 <= sources.until_second
        then coalesce(recognised_second <= recognised.second + 30 * 86400, false) end
            as recognised_in_30_days,
    case when recognised.second + 90 * 86400 <= sources.until_second
        then coalesce(recognised_second <= recognised.second + 90 * 86400, false) end
            as recognised_in_90_days
from recognised
join questions
    on questions.community = recognised.community and questions.question = recognised.question
join sources on sources.community = questions.community and sources.source = questions.source
join members on members.community = recognised.community and members.member = recognised.helper
join members as askers_now
    on askers_now.community = recognised.community and askers_now.member = recognised.asker
join memberships as helpers on {held_at(helpers, recognised.helper, recognised.day)}
join memberships as askers on {held_at(askers, recognised.asker, recognised.day)}
