-- One row per member and stretch of a group held in the last 90 days of the data: days held, days
-- since joining, whether held as of the data, and what they got of the promises, in all and
-- meanwhile.
with got as (
    select
        helps.community, helps.asker as member, helps.day, 1 as help, 0 as watched, 0 as recognised
    from helps
    union all
    select community, member, day, 0 as help, 1 as watched, 0 as recognised
    from member_days
    where threads_watched > 0
    union all
    select community, member, day, 0 as help, 0 as watched, 1 as recognised
    from recognitions
),
meanwhile as (
    select
        memberships.stretch_id,
        max(got.help) as help, max(got.watched) as watched, max(got.recognised) as recognised
    from got
    join communities on communities.community = got.community
    join memberships on {held_at(memberships, got.member, got.day)}
    where got.day >= communities.as_of_day - {BENEFIT_DAYS} and got.day < communities.as_of_day
    group by 1
),
rostered as (
    select community, member, min(from_day) as from_day
    from roster_matches
    group by 1, 2
)
select
    members.community, members.member, members.member_id, members.name,
    memberships.stretch_id, memberships.team as member_team,
    memberships.seniority as member_seniority,
    communities.as_of_day - coalesce(members.since_day, rostered.from_day) as days_here,
    least(memberships.held_to, communities.as_of_day)
        - greatest(memberships.held_from, communities.as_of_day - {BENEFIT_DAYS})
        as days_held,
    memberships.held_to >= communities.as_of_day as is_now,
    coalesce(max(meanwhile.help) over (partition by members.member_id), 0) = 1 as got_help,
    coalesce(max(meanwhile.watched) over (partition by members.member_id), 0) = 1 as watched,
    coalesce(max(meanwhile.recognised) over (partition by members.member_id), 0) = 1 as recognised,
    coalesce(meanwhile.help, 0) = 1 as got_help_here,
    coalesce(meanwhile.watched, 0) = 1 as watched_here,
    coalesce(meanwhile.recognised, 0) = 1 as recognised_here
from members
join communities on communities.community = members.community
join memberships
    on memberships.community = members.community and memberships.member = members.member
    and memberships.held_from < communities.as_of_day
    and memberships.held_to > communities.as_of_day - {BENEFIT_DAYS}
left join rostered on rostered.community = members.community and rostered.member = members.member
left join meanwhile on meanwhile.stretch_id = memberships.stretch_id
where not members.is_deleted
