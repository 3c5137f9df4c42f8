-- One row per upvote or thanks on a member's post by somebody else: receiver's and giver's team and seniority on that day.
select
    thanks.community, thanks.post, thanks.thread, threads.title, threads.url, thanks.question,
    thanks.member, members.member_id, members.name, receivers.team as member_team, receivers.seniority as member_seniority,
    thanks.giver, givers.member_id as giver_id, givers_now.name as giver_name, givers_now.is_deleted as giver_deleted,
    givers.team as giver_team, givers.seniority as giver_seniority,
    thanks.reason, thanks.second, thanks.day
from thanks
join members on members.community = thanks.community and members.member = thanks.member
left join threads on threads.community = thanks.community and threads.thread = thanks.thread
join memberships as receivers
    on receivers.community = thanks.community and receivers.member = thanks.member
    and thanks.day >= receivers.from_day and thanks.day < receivers.to_day
left join memberships as givers
    on givers.community = thanks.community and givers.member = thanks.giver
    and thanks.day >= givers.from_day and thanks.day < givers.to_day
left join members as givers_now on givers_now.member_id = givers.member_id
where thanks.reason <> 'downvote'
