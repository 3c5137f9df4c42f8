-- One row per member and local day with anything done, counted by kind; before teams are known.
with acts as (
    select
        community, member, day,
        cast(kind = 'question' as int) as questions,
        cast(kind = 'answer' as int) as answers,
        cast(kind not in ('question', 'answer') as int) as comments,
        0 as reactions, 0 as reads
    from human_posts
    where deleted_second is null or kind = 'question'
    union all
    select community, giver as member, day, 0 as questions, 0 as answers, 0 as comments, 1 as reactions, 0 as reads
    from current_reactions
    where giver is not null
    union all
    select community, member, day, 0 as questions, 0 as answers, 0 as comments, 0 as reactions, 1 as reads
    from current_reads
)
select
    community, member, day,
    cast(sum(questions) as int) as questions, cast(sum(answers) as int) as answers,
    cast(sum(comments) as int) as comments, cast(sum(reactions) as int) as reactions,
    cast(sum(reads) as int) as threads_read
from acts
group by 1, 2, 3
