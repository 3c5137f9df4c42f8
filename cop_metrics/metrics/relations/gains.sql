-- One row per member whose points grew, of the 500 who gained the most: now, in as many days
-- before, and how they came over twelve stretches in each; none where those reach back before the
-- data.
with span as (
    select
        community, $first_day - (end_day - $first_day) as before_day, end_day,
        end_day - $first_day as days, least(12, end_day - $first_day) as blocks, all_sources_day
    from (
        select *, least($end_day, as_of_day + 1) as end_day
        from communities
        where community = $community
    )
),
blocks as (
    select member_id, (day - before_day) * blocks // days as block, sum(points) as points
    from points
    join span using (community)
    where day >= before_day and day < end_day
    group by all
),
sums as (
    select
        member_id, coalesce(sum(points) filter (where block >= blocks), 0) as points_now,
        coalesce(sum(points) filter (where block < blocks), 0) as points_before,
        sum(cast(points as double) ** 2) as squares, any_value(blocks) as blocks
    from blocks
    join span on true
    group by all
),
most as (
    select *, (select count(*) from sums) as compared
    from sums
    where points_now > points_before
    order by points_now - points_before desc, member_id
    limit 500
),
thanked as (
    select
        member_id,
        count(distinct coalesce(giver, 'unknown, in ' || thread))
            filter (where day >= $first_day and reason not in ('help', 'downvote')) as givers,
        arg_max(member_team, second) as member_team,
        arg_max(member_seniority, second) as member_seniority
    from points
    join span using (community)
    semi join most on most.member_id = points.member_id
    where day >= before_day and day < end_day
    group by all
)
select
    members.member, members.member_id, members.name, thanked.member_team,
    thanked.member_seniority, most.points_before, most.points_now, most.squares, most.blocks,
    most.compared, thanked.givers, coalesce(members.since_day, 0) <= before_day as was_present
from most
join thanked using (member_id)
join members on members.member_id = most.member_id
join span on span.community = members.community and before_day >= all_sources_day
where not members.is_deleted
