-- One row per question, with its wait in hours and its age in days.
select *, wait_seconds / 3600.0 as wait_hours, age_seconds / 86400.0 as age_days
from questions
where community = $community
