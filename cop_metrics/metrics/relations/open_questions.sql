-- One row per question that waits for help now, whatever the period.
select *, wait_seconds / 3600.0 as wait_hours
from questions
where community = $community and waiting
