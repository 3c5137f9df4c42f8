-- One row per change of the number of people at a level in a group: +1 or -1, with the reason; sums
-- give who is there when.
select
    ledger.*, level_bars.name as level_name,
    greatest($first_day, communities.first_day + {LEVEL_DAYS}) as flows_from,
    $end_day as flows_until
from level_ledger as ledger
join communities using (community)
join level_bars using (level)
where community = $community and day < $end_day
    and least($end_day, as_of_day + 1) > communities.first_day + {LEVEL_DAYS}
