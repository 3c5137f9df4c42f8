-- One row per dated gain or loss of points, capped at 50 a thread: for what, in which thread, from
-- whom where that is known.
with acts as (
    select
        community, question, question as post, helper as member, cast(null as varchar) as giver,
        second, day, 'help' as reason
    from helps
    union all
    select
        community, question, post, member, asker as giver, second, day, 'accepted' as reason
    from acceptances
),
rewarded as (
    select
        acts.community, questions.thread, acts.question, acts.post, acts.member, acts.giver,
        acts.second, acts.day, acts.reason, '' as kind, 0 as row_number
    from acts
    join questions on questions.community = acts.community and questions.question = acts.question
    union all
    select
        community, thread, question, post, member, giver, second, day, reason, kind, row_number
    from thanks
    where place_in_month <= {THANKS_A_MONTH}
),
earned as (select *, {points_for(reason)} as points from rewarded),
running as (
    select
        *,
        sum(points) over (
            partition by community, member, thread order by second, reason, post, kind, row_number
            rows between unbounded preceding and current row
        ) as total
    from earned
)
select
    running.community, running.member, members.member_id, members.name,
    receivers.team as member_team, receivers.seniority as member_seniority,
    running.day, running.second, running.reason, running.question, running.post, running.thread,
    threads.title, threads.url,
    running.giver, givers.team as giver_team, givers.seniority as giver_seniority,
    cast(least({POINTS_A_THREAD}, total) - least({POINTS_A_THREAD}, total - points) as int)
        as points
from running
join members on members.community = running.community and members.member = running.member
left join threads on threads.community = running.community and threads.thread = running.thread
join memberships as receivers on {held_at(receivers, running.member, running.day)}
left join memberships as givers on {held_at(givers, running.giver, running.day)}
where least({POINTS_A_THREAD}, total) <> least({POINTS_A_THREAD}, total - points)
