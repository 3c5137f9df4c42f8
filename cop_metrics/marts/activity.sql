-- One row per member and local day with anything done, counted by kind; before teams are known.
with posted as (
    select community, thread, member, min(day) as first_day
    from human_posts
    group by 1, 2, 3
),
acts as (
    select
        community, member, day,
        cast(kind = 'question' as int) as questions,
        cast(is_answer as int) as answers,
        cast(kind <> 'question' and not is_answer as int) as comments,
        0 as reactions, 0 as reads, 0 as watched
    from human_posts
    where deleted_second is null or kind = 'question'
    union all
    select
        community, giver as member, day, 0 as questions, 0 as answers, 0 as comments,
        1 as reactions, 0 as reads, 0 as watched
    from current_reactions
    where giver is not null
    union all
    select
        reads.community, reads.member, reads.day, 0 as questions, 0 as answers, 0 as comments,
        0 as reactions,
        1 as reads, cast(coalesce(posted.first_day > reads.day, true) as int) as watched
    from current_reads as reads
    left join posted
        on posted.community = reads.community and posted.thread = reads.thread
        and posted.member = reads.member
)
select
    community, member, day,
    cast(sum(questions) as int) as questions, cast(sum(answers) as int) as answers,
    cast(sum(comments) as int) as comments, cast(sum(reactions) as int) as reactions,
    cast(sum(reads) as int) as threads_read, cast(sum(watched) as int) as threads_watched
from acts
group by 1, 2, 3
