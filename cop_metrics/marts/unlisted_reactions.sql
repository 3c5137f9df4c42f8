-- One row per kind of reaction whose meaning is not listed, so that it counts as nothing: how many
-- there are.
select reactions.community, lower(reactions.kind) as kind, count(*) as reactions
from lake_reaction as reactions
left join reaction_meanings on reaction_meanings.kind = lower(reactions.kind)
where reaction_meanings.kind is null and reactions.kind is not null
group by 1, 2
