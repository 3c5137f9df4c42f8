-- One row per chat message or mail that opens a conversation and counts as a question: whether its
-- channel or a reaction says so, or what it says, and the rules that fired.
with newest as (
    select community, post, thread, rules, rules like '% continues %' as is_more
    from (
        select *
        from lake_post
        qualify row_number() over (partition by community, post order by import_rank desc,
            row_number desc) = 1
    ) as posts
    where
        kind = 'message' and rules is not null
        and rules not like '% reply %' and rules not like '% inferred_reply %'
),
ruled as (
    -- Messages that go on within two minutes are one with the first: each may ask, and the first
    -- alone may say nothing.
    select
        newest.community, newest.thread,
        max(case when question_rules.effect = 'asks' then 1 else 0 end) as asks,
        max(case when question_rules.effect = 'leaves out' then 1 else 0 end) as left_out,
        max(case when question_rules.effect = 'says nothing' and not newest.is_more then 1
            else 0 end) as says_nothing
    from newest
    join question_rules
        on question_rules.community = newest.community
        and newest.rules like '% ' || question_rules.rule || ' %'
    group by 1, 2
),
marked as (
    select distinct reactions.community, reactions.post
    from lake_reaction as reactions
    join reaction_meanings on reaction_meanings.kind = lower(reactions.kind)
    where reaction_meanings.meaning = 'question'
),
judged as (
    select
        newest.community, newest.post, newest.rules,
        channels.channel is not null and coalesce(ruled.left_out, 0) = 0
            and coalesce(ruled.says_nothing, 0) = 0
            as by_channel,
        marked.post is not null as by_reaction,
        coalesce(ruled.asks, 0) = 1 and coalesce(ruled.left_out, 0) = 0 as by_words
    from newest
    left join threads on threads.community = newest.community and threads.thread = newest.thread
    left join channels
        on channels.community = newest.community and channels.channel = threads.channel
        and channels.what_for = 'questions'
    left join ruled on ruled.community = newest.community and ruled.thread = newest.thread
    left join marked on marked.community = newest.community and marked.post = newest.post
    where not newest.is_more
)
select
    community, post, by_channel or by_reaction as is_explicit,
    case
        when by_channel then 'its channel'
        when by_reaction then 'a reaction'
        when trim(rules) = '' then 'what follows within two minutes'
        else replace(replace(trim(rules), ' ', ', '), '_', ' ')
    end as found_by
from judged
where by_channel or by_reaction or by_words
