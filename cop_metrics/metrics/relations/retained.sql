-- One row per period and member active in as many days before it, with the group at the last act
-- then, and who came back in the period; none where the days before reach back before the data.
with days_before as (
    select
        start, periods.first_day, end_day,
        unnest(range(2 * periods.first_day - end_day, periods.first_day)) as day
    from communities
    join periods on 2 * periods.first_day - periods.end_day >= communities.all_sources_day
    where community = $community
)
select
    start, before.member, before.member_id, before.name, before.member_team,
    before.member_seniority, before.day_after < end_day as retained
from days_before
join member_days as before
    on before.day = days_before.day and before.day_after >= days_before.first_day
    and not before.is_deleted
where community = $community
