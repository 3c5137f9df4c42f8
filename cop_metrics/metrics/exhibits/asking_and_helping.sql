-- One row per seniority (null for all), number of people helped and number of people helped by: how
-- many members.
select seniority, helped, helped_by, count(*) as people
from (
    select
        member_seniority as seniority, member_id,
        count(distinct other_id) filter (where gave) as helped,
        count(distinct other_id) filter (where not gave) as helped_by
    from (
        select member_id, member_seniority, other_id, true as gave
        from given
        where not other_deleted
        union all
        select member_id, member_seniority, other_id, false
        from received
        where not other_deleted
    )
    semi join (select member_id from main.members where not is_deleted) as people
        using (member_id)
    group by grouping sets ((member_seniority, member_id), (member_id))
)
group by all
order by all
