-- One row per thread that a human began: by whom, whose knowledge it holds, and since when a
-- senior's help or that of someone who left.
with begun as (
    select community, source, thread, member, day, second, deleted_second
    from human_posts
    qualify row_number() over (partition by community, thread order by second, post) = 1
),
asked as (
    select community, thread, question_id, first_helper, first_helper_seniority
    from questions
    qualify row_number() over (partition by community, thread order by second, question) = 1
),
helped as (
    select
        questions.community, questions.thread,
        min(case when helps.helper_seniority = case when communities.has_roster
            then communities.senior else 'established' end
            then helps.day end) as senior_day,
        min(case when helpers.left_day > 0 and helpers.left_day < {NO_END}
            then greatest(helpers.left_day, helps.day) end) as leaver_day
    from helps
    join questions on questions.community = helps.community and questions.question = helps.question
    join members as helpers on helpers.community = helps.community and helpers.member = helps.helper
    join communities on communities.community = helps.community
    group by 1, 2
)
select
    begun.community, begun.source, begun.thread,
    cast(row_number() over (order by begun.community, begun.thread) as int) as thread_id,
    asked.question_id, begun.member as asker, askers_now.member_id as asker_id,
    askers_now.name as asker_name,
    askers.team as asker_team, askers.seniority as asker_seniority,
    begun.day, begun.second, begun.deleted_second is not null as is_deleted,
    coalesce(asked.first_helper_seniority, askers.seniority) as knower_seniority,
    knowers.member_id as knower_id,
    coalesce(case when knowers.left_day > 0 then knowers.left_day end, {NO_END}) as knower_left_day,
    helped.senior_day, helped.leaver_day
from begun
join members as askers_now
    on askers_now.community = begun.community and askers_now.member = begun.member
join memberships as askers on {held_at(askers, begun.member, begun.day)}
left join asked on asked.community = begun.community and asked.thread = begun.thread
left join members as knowers
    on knowers.community = begun.community
    and knowers.member = coalesce(asked.first_helper, begun.member)
left join helped on helped.community = begun.community and helped.thread = begun.thread
