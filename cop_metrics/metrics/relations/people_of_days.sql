-- One row per piece of a period, member and stretch of a group held in it: `{people}`, where a
-- period begins or ends within a month.
with pieces(piece, start, first_day, end_day, days) as ({pieces}),
done as (
    select
        {piece_of_day} as piece, stretch_id, sum(questions) as questions, sum(posts) as posts,
        sum(helps) as helps, sum(threads_watched) as threads_watched
    from member_days
    where community = $community and ({within})
    group by all
)
select
    pieces.start, memberships.member, memberships.member_id, memberships.name,
    memberships.stretch_id, memberships.team as member_team,
    memberships.seniority as member_seniority,
    least(held_to, pieces.end_day) - greatest(held_from, pieces.first_day) as days_held,
    pieces.days, coalesce(posts, 0) as posts, coalesce(questions, 0) as questions,
    coalesce(helps, 0) as helps, coalesce(threads_watched, 0) as threads_watched,
    done.stretch_id is not null as active
from pieces
join memberships
    on memberships.community = $community
    and least(held_to, pieces.end_day) > greatest(held_from, pieces.first_day)
left join done on done.piece = pieces.piece and done.stretch_id = memberships.stretch_id
