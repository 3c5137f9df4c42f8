-- One row per topic and present member likely to know it, the best 60 a topic: strength in two-
-- thousandths of a help today, and what it rests on.
with present as (
    select member_days.community, member_days.member
    from member_days
    join communities on communities.community = member_days.community
    join members
        on members.community = member_days.community and members.member = member_days.member
    where
        member_days.day >= communities.as_of_day - 30 and member_days.day < communities.as_of_day
        and not members.is_deleted and members.left_day > communities.as_of_day
    group by 1, 2
),
given as (
    select
        helps.community, helps.question_id, helps.helper, helps.day,
        cast(helps.accepted as int) as accepted, helps.thanks,
        (1 + 2 * cast(helps.accepted as int) + cast(least(helps.thanks, 3) as int)) * cast(round(
            1000 * power(cast(0.5 as double), cast(communities.as_of_day - helps.day as double)
                / 180)
        ) as int) as weight
    from helps
    join communities on communities.community = helps.community
    join present on present.community = helps.community and present.member = helps.helper
    where helps.day >= communities.as_of_day - {YEAR_DAYS} and helps.day < communities.as_of_day
),
related as (
    select one.community, one.topic, other.topic as related_topic
    from question_topics as one
    join question_topics as other
        on other.question_id = one.question_id and other.topic <> one.topic
    group by 1, 2, 3
    having count(*) >= 3
),
about as (
    select community, question_id, topic, max(is_own) as is_own
    from (
        select community, question_id, topic, 1 as is_own from question_topics
        union all
        select bridge.community, bridge.question_id, related.related_topic as topic, 0 as is_own
        from question_topics as bridge
        join related on related.community = bridge.community and related.topic = bridge.topic
    ) as either
    where question_id in (select question_id from given)
    group by 1, 2, 3
),
known as (
    select
        about.community, about.topic, given.helper as member,
        cast(sum(given.weight * (1 + about.is_own)) as bigint) as strength,
        cast(sum(about.is_own) as int) as helps,
        cast(sum(about.is_own * given.accepted) as int) as accepted,
        cast(sum(about.is_own * given.thanks) as int) as thanks,
        cast(sum(1 - about.is_own) as int) as related_helps,
        max(given.day) as last_day
    from about
    join given on given.question_id = about.question_id
    group by 1, 2, 3
)
select
    known.community, known.topic, known.member, members.member_id, members.name,
    memberships.team as member_team, memberships.seniority as member_seniority,
    known.strength, known.helps, known.accepted, known.thanks, known.related_helps, known.last_day,
    row_number() over (
        partition by known.community, known.topic order by known.strength desc, known.last_day desc,
        members.member_id
    ) as place
from known
join communities on communities.community = known.community
join members on members.community = known.community and members.member = known.member
join memberships on {held_at(memberships, known.member, communities.as_of_day)}
qualify row_number() over (
    partition by known.community, known.topic order by known.strength desc, known.last_day desc,
    members.member_id
) <= 60
