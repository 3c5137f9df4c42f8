-- One row per change of a member's level, joining left out.
select level_changes.*
from level_changes
join communities using (community)
where community = $community and from_level is not null
    and day >= communities.first_day + {LEVEL_DAYS}
