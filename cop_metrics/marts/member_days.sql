-- One row per member and local day with anything done: team and seniority on that day, counts by
-- kind, the member's active days before and after.
with helped as (
    select community, helper as member, day, count(*) as helps
    from helps
    group by 1, 2, 3
)
select
    activity.community, activity.member, members.member_id, members.name, activity.day,
    memberships.stretch_id, memberships.team as member_team,
    memberships.seniority as member_seniority,
    questions, answers, comments, reactions, threads_read, threads_watched,
    coalesce(helped.helps, 0) as helps, 1 as days,
    questions + answers + comments as posts,
    members.since_day, members.start_in_view, members.is_deleted,
    lag(activity.day, 1, -1) over (partition by activity.community, activity.member
        order by activity.day) as day_before,
    lead(activity.day, 1, {NO_END}) over (partition by activity.community, activity.member
        order by activity.day) as day_after
from activity
join members on members.community = activity.community and members.member = activity.member
join memberships on {held_at(memberships, activity.member, activity.day)}
left join helped
    on helped.community = activity.community and helped.member = activity.member
    and helped.day = activity.day
