-- One row per topic and asker, as of `topics`, and one per topic with questions that wait: how
-- many,
-- and the first of them.
with counted as ({topics.sql}),
open as (
    select
        topic, title, url,
        row_number() over (partition by topic order by second, open_questions.question_id) as place,
        count(*) over (partition by topic) as waiting_now
    from open_questions
    join main.question_topics as bridge on bridge.question_id = open_questions.question_id
)
select * from counted
union all by name
select topic, waiting_now, title, url from open where place = 1
order by topic, asker_id
