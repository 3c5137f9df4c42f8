-- One row per newcomer whose first post is a question, asked within 90 days of joining: was it
-- answered, did they come back.
with written as (
    select
        community, member, post, thread, kind, second,
        row_number() over (partition by community, member order by second, post) as place
    from human_posts
    where deleted_second is null or kind = 'question'
),
firsts as (
    select community, member, post as question, thread, second
    from written
    where place = 1 and kind = 'question'
),
elsewhere as (
    select
        firsts.community, firsts.question,
        max(cast(written.second < firsts.second + {BACK_AFTER_DAYS} * 86400 as int)) as back_before,
        max(cast(
            written.second >= firsts.second + {BACK_AFTER_DAYS} * 86400
            and written.second <= firsts.second + {BACK_WITHIN_DAYS} * 86400 as int
        )) as back_then
    from firsts
    join written
        on written.community = firsts.community and written.member = firsts.member
        and written.thread <> firsts.thread
    group by 1, 2
)
select
    questions.community, questions.question, questions.question_id, questions.title, questions.url,
    questions.asker, questions.asker_id, questions.asker_name, questions.asker_team,
    questions.asker_seniority,
    questions.asked_at, questions.second, questions.day, members.since_day,
    questions.helped_in_7_days,
    case
        when questions.age_seconds < {BACK_WITHIN_DAYS} * 86400 or elsewhere.back_before = 1
            then null
        else coalesce(elsewhere.back_then = 1, false)
    end as came_back
from firsts
join questions on questions.community = firsts.community and questions.question = firsts.question
join members on members.community = firsts.community and members.member = firsts.member
left join elsewhere
    on elsewhere.community = firsts.community and elsewhere.question = firsts.question
where members.start_in_view and members.left_day > 0
    and questions.day - members.since_day <= {NEWCOMER_DAYS}
