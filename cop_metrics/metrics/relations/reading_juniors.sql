-- One row per period, month and junior who read threads of others in the period: days held, and
-- what was done.
select *
from {people}
where member_seniority = $junior
qualify sum(threads_watched) over (partition by start, stretch_id) > 0
