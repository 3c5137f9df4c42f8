-- One row per period and member present at its last moment, with the group, and who is away or
-- back.
with gone as (
    select distinct start, member_id
    from periods
    join silences on community = $community and day < end_day - {AWAY_DAYS} and day_after >= end_day
),
back as (
    select distinct start, member_id
    from periods
    join silences
        on community = $community and day < first_day - {AWAY_DAYS}
        and day_after >= first_day and day_after < end_day
)
select
    periods.start, memberships.member, memberships.member_id, memberships.name,
    memberships.team as member_team, memberships.seniority as member_seniority,
    back.member_id is not null as returning_now, gone.member_id is not null as away
from periods
join memberships on {present_at(periods.end_day)}
left join gone on gone.start = periods.start and gone.member_id = memberships.member_id
left join back on back.start = periods.start and back.member_id = memberships.member_id
