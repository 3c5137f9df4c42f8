-- One row per member present as of the data: the group now, days since joining, and what they got of the promises in the last 90 days.
with got_help as (
    select helps.community, helps.asker as member
    from helps
    join communities on communities.community = helps.community
    where helps.day >= communities.as_of_day - 90
    group by 1, 2
),
watched as (
    select member_days.community, member_days.member
    from member_days
    join communities on communities.community = member_days.community
    where member_days.threads_watched > 0 and member_days.day >= communities.as_of_day - 90
    group by 1, 2
),
recognised as (
    select recognitions.community, recognitions.member
    from recognitions
    join communities on communities.community = recognitions.community
    where recognitions.day >= communities.as_of_day - 90
    union
    select replies.community, replies.member
    from replies
    join communities on communities.community = replies.community
    where
        replies.accepted and replies.is_answer and not replies.by_asker
        and date_diff('day', date '1970-01-01', cast(
            (timestamp '1970-01-01 00:00:00' + replies.accepted_second * interval 1 second)
            at time zone 'UTC' at time zone communities.time_zone as date
        )) >= communities.as_of_day - 90
)
select
    members.community, members.member, members.member_id, members.name,
    memberships.team as member_team, memberships.seniority as member_seniority,
    communities.as_of_day - members.since_day as days_here,
    got_help.member is not null as got_help, watched.member is not null as watched,
    recognised.member is not null as recognised
from members
join communities on communities.community = members.community
join memberships
    on memberships.community = members.community and memberships.member = members.member
    and memberships.held_from <= communities.as_of_day and memberships.held_to > communities.as_of_day
left join got_help on got_help.community = members.community and got_help.member = members.member
left join watched on watched.community = members.community and watched.member = members.member
left join recognised on recognised.community = members.community and recognised.member = members.member
where not members.is_deleted
