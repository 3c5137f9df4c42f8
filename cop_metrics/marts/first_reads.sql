-- One row per member, start in view, who read before ever posting: the first day of reading, and
-- the days until the first question and the first help, or until nobody watched any more.
with reading as (
    select community, member, min(day) as day
    from current_reads
    group by 1, 2
),
posting as (
    select community, member, min(day) as day
    from human_posts
    group by 1, 2
),
asking as (
    select community, asker as member, min(day) as day
    from questions
    group by 1, 2
),
helping as (
    select community, helper as member, min(day) as day
    from helps
    group by 1, 2
),
followed as (
    select
        reading.community, reading.member, members.member_id, members.name, reading.day,
        asking.day as asked_day, helping.day as helped_day,
        least(members.left_day, {local_day(sources.observed_until, communities.time_zone)})
            as until_day
    from reading
    join members on members.community = reading.community and members.member = reading.member
    join communities on communities.community = members.community
    join sources on sources.community = members.community and sources.source = members.source
    left join posting on posting.community = reading.community and posting.member = reading.member
    left join asking on asking.community = reading.community and asking.member = reading.member
    left join helping on helping.community = reading.community and helping.member = reading.member
    where members.start_in_view and (posting.day is null or posting.day > reading.day)
)
select
    followed.community, followed.member, followed.member_id, followed.name, followed.day,
    memberships.team as member_team, memberships.seniority as member_seniority,
    coalesce(asked_day <= until_day, false) as asked,
    cast(greatest(least(coalesce(asked_day, until_day), until_day) - followed.day, 0) as int)
        as days_to_ask,
    coalesce(helped_day <= until_day, false) as helped,
    cast(greatest(least(coalesce(helped_day, until_day), until_day) - followed.day, 0) as int)
        as days_to_help
from followed
join memberships on {held_at(memberships, followed.member, followed.day)}
