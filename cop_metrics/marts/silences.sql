-- One row per member and stretch of more than 90 days without anything done, between the days
-- before and after it.
select community, member_id, day, day_after
from member_days
where day_after - day > {AWAY_DAYS}
