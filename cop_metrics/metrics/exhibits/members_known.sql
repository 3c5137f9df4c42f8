-- One row per member who gained points, of those who gained the most: what they gave, and to whom.
with top as (
    select member_id, cast(sum(points) as bigint) as points
    from points
    group by all
    order by points desc, member_id
    limit {MOST_KNOWN}
),
own as (
    select
        member_id, arg_max(member_team, second) as team,
        arg_max(member_seniority, second) as seniority
    from points
    semi join top using (member_id)
    group by all
),
gave as (
    select
        member_id, count(distinct other_id) filter (where not other_deleted) as helped,
        count(distinct other_team) filter (where other_team <> 'Unknown') as teams
    from given
    semi join top using (member_id)
    group by all
),
got as (
    select member_id, count(distinct other_id) filter (where not other_deleted) as helped_by
    from received
    semi join top using (member_id)
    group by all
),
thanked as (
    select member_id, count(*) as thanks
    from recognitions
    semi join top using (member_id)
    where reason <> 'accepted'
    group by all
)
select
    members.name, own.team, own.seniority, level_sides.level_name, top.points,
    coalesce(gave.helped, 0) as helped, coalesce(gave.teams, 0) as teams_helped,
    coalesce(thanked.thanks, 0) as thanks, coalesce(got.helped_by, 0) as helped_by,
    expertise.rank
from top
join own using (member_id)
join main.members using (member_id)
left join level_sides on level_sides.member = members.member and level_sides.side = 'end'
left join gave using (member_id)
left join got using (member_id)
left join thanked using (member_id)
left join expertise using (member_id)
where not members.is_deleted
order by top.points desc, members.name, member_id
