-- One row per topic (null for all questions) and asker: their questions, those old enough to tell,
-- and the help they got.
select
    topic, asker_id, count(*) as questions, count(helps_in_30_days) as ripe,
    cast(sum(helps_in_30_days) as bigint) as helps, count(helped_in_7_days) as old,
    cast(sum(cast(helped_in_7_days as int)) as bigint) as answered
from (
    select topic, questions.*
    from questions
    join main.question_topics as bridge on bridge.question_id = questions.question_id
    union all
    select null, * from questions
)
group by topic, asker_id
order by topic, asker_id
