-- One row per question: asker with team and seniority then, what became of it and when, wait in
-- seconds.
with first_helps as (
    select community, question, member as first_helper, second, day
    from replies
    where is_answer and not by_asker
    qualify row_number() over (partition by community, question order by second, post) = 1
),
told_solved as (
    -- The asker says that it worked, or marks the question itself: solved, and to nobody's credit.
    select community, question, min(second) as second
    from (
        select replies.community, replies.question, replies.second
        from replies
        join first_helps
            on first_helps.community = replies.community and first_helps.question = replies.question
        where replies.by_asker and replies.rules like '% thanks %'
            and replies.second >= first_helps.second
        union all
        select
            marks.community, marks.post as question,
            greatest(marks.second, first_helps.second) as second
        from current_reactions as marks
        join first_helps
            on first_helps.community = marks.community and first_helps.question = marks.post
        where marks.meaning = 'solved' and marks.giver = marks.receiver
    ) as told
    group by 1, 2
),
replied as (
    select
        community, question,
        count(distinct case when is_answer and not by_asker then member end) as helpers,
        count(
            distinct case when is_answer and not by_asker
                and second <= asked_second + 30 * 86400 then member end
        ) as helps_in_30_days,
        min(case when kind = 'answer' and by_asker then second end) as self_answered_second,
        min(case when not by_asker then second end) as first_response_second,
        min(case when by_asker then null else accepted_second end) as solved_second,
        min(case when by_asker then accepted_second end) as self_solved_second
    from replies
    group by 1, 2
),
dated as (
    select
        questions.community, questions.source, questions.post as question, questions.thread,
        questions.member as asker,
        questions.posted_at as asked_at, questions.local_at, questions.second, questions.day,
        questions.hour,
        threads.title, threads.url, threads.channel, threads.views, questions.is_explicit,
        questions.found_by,
        least(
            questions.deleted_second,
            cast(threads.closed_at_ms as double) / 1000
        ) as withdrawn_second,
        first_helps.first_helper, first_helps.second as helped_second,
        first_helps.day as helped_day,
        coalesce(replied.helpers, 0) as helpers,
        coalesce(replied.helps_in_30_days, 0) as helps_in_30_days,
        replied.self_answered_second is not null as self_answered, replied.self_answered_second,
        replied.first_response_second, replied.self_solved_second,
        replied.solved_second as accepted_second,
        coalesce(least(replied.solved_second, told_solved.second), replied.solved_second,
            told_solved.second) as solved_second,
        sources.until_second
    from human_posts as questions
    join sources on sources.community = questions.community and sources.source = questions.source
    left join threads
        on threads.community = questions.community and threads.thread = questions.thread
    left join first_helps
        on first_helps.community = questions.community and first_helps.question = questions.post
    left join replied
        on replied.community = questions.community and replied.question = questions.post
    left join told_solved
        on told_solved.community = questions.community and told_solved.question = questions.post
    where questions.kind = 'question'
),
aged as (
    select
        *,
        until_second - second as age_seconds,
        helped_second - second as wait_seconds,
        withdrawn_second is not null
            and (helped_second is null or withdrawn_second < helped_second) as withdrawn,
        least(
            until_second, coalesce(withdrawn_second, until_second),
            coalesce(self_solved_second, until_second)
        ) as censored_second
    from dated
),
known as (
    select
        *,
        coalesce(helped_second <= censored_second, false) as wait_ended,
        case when helped_second <= censored_second then helped_second
            else greatest(censored_second, second) end
            as ended_second
    from aged
),
moments as (
    select community, question, local_at, -1 as sign
    from known
    union all
    select
        known.community, known.question,
        epoch_ms(cast(round(known.ended_second * 1000) as bigint))
            at time zone 'UTC' at time zone communities.time_zone as local_at,
        1 as sign
    from known
    join communities on communities.community = known.community
),
placed as (
    select
        community, question, sign,
        {day_of(cast(local_at as date))} as day,
        cast(extract(hour from local_at) as int) * 3600
            + cast(extract(minute from local_at) as int) * 60
            + cast(floor(extract(second from local_at)) as int) as second_of_day
    from moments
),
office_waits as (
    -- The office is open Monday to Friday from 9 to 17; day 0 was a Thursday. Summed are seconds
    -- open before a moment.
    select
        placed.community, placed.question,
        sum(sign * (
            28800 * (
                cast(floor((day + 3) / 7) as bigint) * 5
                + least((day + 3) % 7, 5) - office_days.holidays_before
            )
            + case when (day + 3) % 7 < 5 and not office_days.is_holiday
                then least(greatest(second_of_day - 32400, 0), 28800) else 0 end
        )) as office_seconds
    from placed
    join office_days
        on office_days.community = placed.community
        and placed.day >= office_days.from_day and placed.day < office_days.to_day
    group by 1, 2
)
select
    known.community, known.source, known.question,
    cast(row_number() over (order by known.community, known.question) as int) as question_id,
    known.thread, known.title, known.url, known.channel, known.views,
    known.is_explicit, known.found_by,
    known.asker, members.member_id as asker_id, members.name as asker_name,
    askers.team as asker_team, askers.seniority as asker_seniority,
    known.asked_at, known.second, known.day, known.hour,
    known.age_seconds, known.wait_seconds, known.first_helper,
    helpers_then.team as first_helper_team,
    helpers_then.seniority as first_helper_seniority,
    known.first_response_second - known.second as first_response_seconds,
    known.helpers, known.withdrawn, known.helped_second is not null as helped,
    known.solved_second is not null as solved,
    coalesce(known.accepted_second, known.self_solved_second) is not null as accepted,
    known.ended_second - known.second as waited_seconds, known.wait_ended,
    cast(greatest(office_waits.office_seconds, 0) as bigint) as office_seconds,
    case
        when withdrawn then 'withdrawn'
        when solved_second is not null then 'resolved'
        when self_solved_second is not null then 'resolved_by_self'
        when helped_second is not null then 'answered'
        when self_answered then 'self_answered'
        else 'unanswered'
    end as outcome,
    case
        when age_seconds < 3600 or (withdrawn and withdrawn_second < known.second + 3600) then null
        else coalesce(wait_seconds <= 3600, false)
    end as helped_in_1_hour,
    case
        when age_seconds < 86400 or (withdrawn and withdrawn_second < known.second + 86400)
            then null
        else coalesce(wait_seconds <= 86400, false)
    end as helped_in_24_hours,
    case
        when age_seconds < 7 * 86400 or (withdrawn and withdrawn_second < known.second + 7 * 86400)
            then null
        else coalesce(wait_seconds <= 7 * 86400, false)
    end as helped_in_7_days,
    case
        when age_seconds < 30 * 86400
            or (withdrawn and withdrawn_second < known.second + 30 * 86400) then null
        else coalesce(wait_seconds <= 30 * 86400, false)
    end as helped_in_30_days,
    case
        when age_seconds < 30 * 86400 then null
        when withdrawn and withdrawn_second <= known.second + 30 * 86400 then 'withdrawn'
        when solved_second <= known.second + 30 * 86400 then 'resolved'
        when self_solved_second <= known.second + 30 * 86400 then 'resolved_by_self'
        when wait_seconds <= 30 * 86400 then 'answered'
        when self_answered_second <= known.second + 30 * 86400 then 'self_answered'
        else 'unanswered'
    end as outcome_in_30_days,
    case
        when age_seconds < 30 * 86400
            or (withdrawn and withdrawn_second <= known.second + 30 * 86400) then null
        else known.helps_in_30_days
    end as helps_in_30_days,
    not withdrawn and helped_second is null and not self_answered and solved_second is null
        and self_solved_second is null
        and age_seconds > 86400 and age_seconds <= 30 * 86400 as waiting,
    not withdrawn and helped_second is null and not self_answered and solved_second is null
        and self_solved_second is null
        and age_seconds > 30 * 86400 and age_seconds <= 365 * 86400 as given_up
from known
join office_waits
    on office_waits.community = known.community and office_waits.question = known.question
join members on members.community = known.community and members.member = known.asker
join memberships as askers on {held_at(askers, known.asker, known.day)}
left join memberships as helpers_then
    on {held_at(helpers_then, known.first_helper, known.helped_day)}
