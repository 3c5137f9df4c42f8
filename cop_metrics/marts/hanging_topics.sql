-- One row per topic that hangs on one person: who gave half or more of its helps in the 365 days
-- before the day on which the data ends, of 10 or more helps on 5 or more questions.
with given as (
    select helps.community, bridge.topic, helps.helper, helps.question_id, helps.day
    from helps
    join communities on communities.community = helps.community
    join question_topics as bridge on bridge.question_id = helps.question_id
    where helps.day >= communities.as_of_day - {YEAR_DAYS} and helps.day < communities.as_of_day
),
topics as (
    select community, topic, count(*) as helps, count(distinct question_id) as questions
    from given
    group by 1, 2
),
helpers as (
    select community, topic, helper, count(*) as helps, max(day) as last_day
    from given
    group by 1, 2, 3
),
foremost as (
    select
        helpers.community, helpers.topic, helpers.helper, members.member_id, members.name,
        helpers.helps, helpers.last_day, members.left_day
    from helpers
    join members on members.community = helpers.community and members.member = helpers.helper
    where helpers.helper <> members.source || ':unknown'
    qualify row_number() over (
        partition by helpers.community, helpers.topic order by helpers.helps desc, members.member_id
    ) = 1
)
select
    topics.community, topics.topic, topics.questions, topics.helps, foremost.helps as own_helps,
    foremost.helper, foremost.member_id as helper_id, foremost.name as helper_name,
    memberships.team as helper_team, memberships.seniority as helper_seniority,
    foremost.last_day, foremost.left_day <= communities.as_of_day as has_left
from topics
join communities on communities.community = topics.community
join foremost on foremost.community = topics.community and foremost.topic = topics.topic
join memberships on {held_at(memberships, foremost.helper, foremost.last_day)}
where topics.helps >= 10 and topics.questions >= 5 and 2 * foremost.helps >= topics.helps
