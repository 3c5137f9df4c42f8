-- One row per period and member active in the twelve months that end with the last whole month in
-- it, with the group then; none where the data does not reach back so far.
with ends as (
    select
        periods.start, periods.first_day, communities.all_sources_day,
        {date_of(least(end_day, as_of_day))} as end_date
    from periods
    join communities on communities.community = $community
),
months as (
    select
        start, first_day, all_sources_day,
        {day_of(date_trunc('month', end_date) - interval 12 month)} as year_day,
        {day_of(date_trunc('month', end_date) - interval 1 month)} as month_day
    from ends
)
select
    months.start, active.member, active.member_id, active.name, active.member_team,
    active.member_seniority, active.day = months.month_day as active_now
from months
join member_months as active
    on active.community = $community and active.day >= months.year_day
    and active.day <= months.month_day and active.month_after > months.month_day
    and not active.is_deleted
where month_day >= months.first_day and year_day >= all_sources_day
