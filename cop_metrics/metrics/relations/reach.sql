-- One row per thread that a human began, deleted ones left out.
select *, {date_of(day)} as begun_on
from reach
where community = $community and not is_deleted
