-- One row per tie of those drawn, who have the most, and behind them, without a `helper_id`, one
-- per member with many ties: whom they helped, who helped them.
with gone as (select member_id from main.members where is_deleted),
pairs as (
    select *
    from help_pairs
    where helper_id not in (from gone) and asker_id not in (from gone)
),
ties as (
    select
        member_id, cast(sum(helped) as int) as helped, cast(sum(helped_by) as int) as helped_by
    from (
        select helper_id as member_id, 1 as helped, 0 as helped_by from pairs
        union all
        select asker_id, 0, 1 from pairs
    )
    group by member_id
    order by count(*) desc, member_id
    limit 150
),
told as (
    select helper_id as member_id, helper_name as name, helper_team as team, last_second
    from pairs
    where helper_id in (select member_id from ties)
    union all
    select asker_id, asker_name, asker_team, last_second
    from pairs
    where asker_id in (select member_id from ties)
),
foremost as (
    select
        member_id, max(name) as name, arg_max(team, (last_second, team)) as team,
        any_value(helped) as helped, any_value(helped_by) as helped_by
    from told
    join ties using (member_id)
    group by member_id
),
drawn as (
    select member_id, helped + helped_by as ties
    from foremost
    order by ties desc, member_id
    limit {MOST_DRAWN}
)
select
    helper_id, helper_name, helper_team, asker_id, asker_name, asker_team, helps,
    helpers.ties as helper_ties, askers.ties as asker_ties
from pairs
join drawn as helpers on helpers.member_id = helper_id
join drawn as askers on askers.member_id = asker_id
union all by name
select member_id, name, team, helped, helped_by from foremost
order by helper_id, asker_id, helped + helped_by desc, name, member_id
