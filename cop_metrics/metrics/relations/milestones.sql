-- One row per member who joined 90 days or more after the export begins, until the end of the
-- period: days until each first step, days followed until then or leaving, and days since joining.
select
    milestones.*, least(left_day, last_day) - since_day as followed_days,
    last_day - since_day as days_since
from milestones
join (
    select community, least($end_day, as_of_day) - 1 as last_day from communities
) using (community)
where community = $community and since_day <= last_day
