-- One row per thread read in which someone had helped who has left: reads, readers, and by whom.
with most as (
    select thread_id, count(*) as reads, count(distinct member_id) as readers
    from reads
    where leaver_helped
    group by thread_id
    order by reads desc, readers desc, thread_id
    limit {MOST_THREADS}
),
helpers as (
    select reach.thread_id, string_agg(distinct members.name, ', ' order by members.name) as names
    from most
    join main.reach using (thread_id)
    join main.questions
        on questions.community = reach.community and questions.thread = reach.thread
    join main.helps
        on helps.community = questions.community and helps.question_id = questions.question_id
    join main.members on members.member_id = helps.helper_id
    join communities on communities.community = reach.community
    where members.left_day > 0
        and members.left_day <= least(communities.as_of_day, $end_day - 1)
    group by 1
)
select
    coalesce(reach.title, reach.thread) as title, reach.url, most.reads, most.readers,
    helpers.names as helped_by
from most
join main.reach using (thread_id)
left join helpers using (thread_id)
order by reads desc, readers desc, thread_id
