-- One row per member and stretch of days with the same level, team and seniority, from joining
-- until leaving.
with spells as (
    select
        community, member, to_level as level, day as from_day,
        lead(day, 1, {NO_END}) over (partition by community, member order by day) as to_day
    from level_changes
)
select
    spells.community, spells.member, members.name, spells.level,
    memberships.team as member_team, memberships.seniority as member_seniority,
    greatest(spells.from_day, memberships.from_day) as from_day,
    least(spells.to_day, memberships.to_day, members.left_day) as to_day
from spells
join members on members.community = spells.community and members.member = spells.member
join memberships
    on memberships.community = spells.community and memberships.member = spells.member
    and memberships.from_day < spells.to_day and spells.from_day < memberships.to_day
where
    greatest(spells.from_day, memberships.from_day) < least(spells.to_day, memberships.to_day,
        members.left_day)
