-- One row per question and topic (its tags, or its channel, as the settings say): the bridge
-- between the two.
with parents as (
    select lake_thread.community, lake_thread.thread, max(lake_thread.import_rank) as import_rank
    from lake_thread
    join measured
        on measured.import_rank = lake_thread.import_rank and measured.table_name = 'topic'
    group by 1, 2
),
tagged as (
    select
        questions.community, questions.question, questions.question_id, questions.source,
        topics.topic, questions.day
    from questions
    join parents on parents.community = questions.community and parents.thread = questions.thread
    join lake_topic as topics
        on topics.community = parents.community and topics.thread = parents.thread
        and topics.import_rank = parents.import_rank
    where topics.topic is not null
),
tagging as (
    select distinct community, source from tagged
)
select tagged.community, tagged.question, tagged.question_id, tagged.topic, tagged.day
from tagged
join communities on communities.community = tagged.community
where communities.topics_from <> 'channels'
union
select
    questions.community, questions.question, questions.question_id, questions.channel as topic,
    questions.day
from questions
join communities on communities.community = questions.community
left join tagging on tagging.community = questions.community and tagging.source = questions.source
where
    questions.channel is not null
    and (communities.topics_from in ('channels', 'both')
    or (communities.topics_from = 'auto' and tagging.source is null))
