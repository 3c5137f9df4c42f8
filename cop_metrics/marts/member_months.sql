-- One row per member, calendar month and stretch of team and seniority with anything done in it: counts by kind, active days, the member's next such month.
with months as (
    select
        member_days.community, member_days.member, member_days.member_id, member_days.name,
        date_diff('day', date '1970-01-01', cast(date_trunc('month', date '1970-01-01' + cast(member_days.day as int)) as date)) as day,
        member_days.stretch_id, member_days.member_team, member_days.member_seniority,
        cast(sum(questions) as int) as questions, cast(sum(answers) as int) as answers,
        cast(sum(comments) as int) as comments, cast(sum(reactions) as int) as reactions,
        cast(sum(threads_read) as int) as threads_read, cast(sum(threads_watched) as int) as threads_watched,
        cast(sum(helps) as int) as helps, cast(sum(posts) as int) as posts, cast(count(*) as int) as days,
        member_days.is_deleted
    from member_days
    group by
        member_days.community, member_days.member, member_days.member_id, member_days.name,
        date_diff('day', date '1970-01-01', cast(date_trunc('month', date '1970-01-01' + cast(member_days.day as int)) as date)),
        member_days.stretch_id, member_days.member_team, member_days.member_seniority, member_days.is_deleted
)
select
    *,
    lead(day, 1, 99999) over (partition by community, member order by day, stretch_id) as month_after
from months
