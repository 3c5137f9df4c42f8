-- One row per member, start in view, who read before ever posting, with the days until the first
-- question and the first help, null where there is none.
select
    *, {date_of(day)} as read_on, case when asked then days_to_ask end as asked_after,
    case when helped then days_to_help end as helped_after
from first_reads
where community = $community
