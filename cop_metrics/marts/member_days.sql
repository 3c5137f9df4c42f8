-- One row per member and local day with anything done: team and seniority on that day, counts by kind, the member's active days before and after.
with helped as (
    select community, helper as member, day, count(*) as helps
    from helps
    group by 1, 2, 3
),
reading as (
    select
        stretch_id, day,
        cast(sum(cast(of_others as int)) as int) as others_read,
        count(from_other_team) as teams_known_read,
        cast(sum(cast(coalesce(from_other_team, false) as int)) as int) as other_teams_read,
        cast(sum(cast(coalesce(senior_helped, false) as int)) as int) as seniors_read,
        cast(sum(cast(coalesce(leaver_helped, false) as int)) as int) as leavers_read
    from reads
    group by 1, 2
)
select
    activity.community, activity.member, members.member_id, members.name, activity.day,
    memberships.stretch_id, memberships.team as member_team, memberships.seniority as member_seniority,
    questions, answers, comments, reactions, threads_read, threads_watched, coalesce(helped.helps, 0) as helps, 1 as days,
    coalesce(others_read, 0) as others_read, cast(coalesce(teams_known_read, 0) as int) as teams_known_read,
    coalesce(other_teams_read, 0) as other_teams_read, coalesce(seniors_read, 0) as seniors_read,
    coalesce(leavers_read, 0) as leavers_read,
    questions + answers + comments as posts,
    members.since_day, members.start_in_view, members.is_deleted,
    lag(activity.day, 1, -1) over (partition by activity.community, activity.member order by activity.day) as day_before,
    lead(activity.day, 1, 99999) over (partition by activity.community, activity.member order by activity.day) as day_after
from activity
join members on members.community = activity.community and members.member = activity.member
join memberships
    on memberships.community = activity.community and memberships.member = activity.member
    and activity.day >= memberships.from_day and activity.day < memberships.to_day
left join helped
    on helped.community = activity.community and helped.member = activity.member and helped.day = activity.day
left join reading on reading.stretch_id = memberships.stretch_id and reading.day = activity.day
