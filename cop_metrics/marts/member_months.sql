-- One row per member, calendar month and stretch of team and seniority with anything done in it:
-- counts by kind, active days, the member's next such month.
with days_of_months as (
    select *, {date_of(day)} as local_date from member_days
),
dated as (
    select *, {day_of(cast(date_trunc('month', local_date) as date))} as month_day
    from days_of_months
),
months as (
    select
        community, member, member_id, name, month_day as day, stretch_id, member_team,
        member_seniority,
        cast(sum(questions) as int) as questions, cast(sum(answers) as int) as answers,
        cast(sum(comments) as int) as comments, cast(sum(reactions) as int) as reactions,
        cast(sum(threads_read) as int) as threads_read,
        cast(sum(threads_watched) as int) as threads_watched,
        cast(sum(helps) as int) as helps, cast(sum(posts) as int) as posts,
        cast(count(*) as int) as days, is_deleted
    from dated
    group by
        community, member, member_id, name, month_day, stretch_id, member_team, member_seniority,
        is_deleted
)
select
    *,
    lead(day, 1, {NO_END}) over (partition by community, member order by day, stretch_id)
        as month_after
from months
