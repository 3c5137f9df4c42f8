-- One row per upvote, thanks or acceptance of a member's post by somebody else: receiver's and
-- giver's team and seniority on that day.
with given as (
    select community, post, thread, question, member, giver, reason, second, day
    from thanks
    where reason <> 'downvote'
    union all
    select
        acceptances.community, acceptances.post, questions.thread, acceptances.question,
        acceptances.member,
        case when askers.left_day > 0 then acceptances.asker end as giver, 'accepted' as reason,
        acceptances.second, acceptances.day
    from acceptances
    join questions
        on questions.community = acceptances.community and questions.question = acceptances.question
    join members as askers
        on askers.community = acceptances.community and askers.member = acceptances.asker
)
select
    given.community, given.post, given.thread, threads.title, threads.url, given.question,
    given.member, members.member_id, members.name, receivers.team as member_team,
    receivers.seniority as member_seniority,
    given.giver, givers.member_id as giver_id, givers_now.name as giver_name,
    givers_now.is_deleted as giver_deleted,
    givers.team as giver_team, givers.seniority as giver_seniority,
    given.reason, given.second, given.day
from given
join members on members.community = given.community and members.member = given.member
left join threads on threads.community = given.community and threads.thread = given.thread
join memberships as receivers on {held_at(receivers, given.member, given.day)}
left join memberships as givers on {held_at(givers, given.giver, given.day)}
left join members as givers_now on givers_now.member_id = givers.member_id
