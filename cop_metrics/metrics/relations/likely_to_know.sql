-- One row per topic and present member likely to know it.
select *, {date_of(last_day)} as last_helped
from likely_to_know
where community = $community
