-- One row per question and topic: the bridge between the two.
with parents as (
    select lake_thread.community, lake_thread.thread, max(lake_thread.import_rank) as import_rank
    from lake_thread
    join measured on measured.import_rank = lake_thread.import_rank and measured.table_name = 'topic'
    group by 1, 2
)
select distinct questions.community, questions.question, questions.question_id, topics.topic, questions.day
from questions
join parents on parents.community = questions.community and parents.thread = questions.thread
join lake_topic as topics
    on topics.community = parents.community and topics.thread = parents.thread
    and topics.import_rank = parents.import_rank
where topics.topic is not null
