-- One row per question that waits and is not much older than a month, with its topics, and one per
-- topic of these and member likely to know it.
with waiting as (
    select *
    from questions
    where waiting
        and second >= (
            select min(until_second) - 31 * 86400 from sources where community = $community
        )
),
told as (
    select question_id, list(topic order by topic) as topics
    from waiting
    join main.question_topics as bridge using (question_id)
    group by question_id
)
select
    question_id, asker_id, coalesce(title, 'a question without a title') as title, url, topics,
    asker_seniority, round(age_days, 1) as days_waiting, second, question
from waiting
left join told using (question_id)
union all by name
select [topic] as topics, member_id, name, strength
from main.likely_to_know
where community = $community and topic in (select unnest(topics) from told)
order by second, question
