-- One row per thread on the day on which it turns 180 days old, with what became of it.
select * replace (cast(day + {MATURE_DAYS} as int) as day), {date_of(day)} as begun_on
from reach
where community = $community and not is_deleted and evergreen is not null
