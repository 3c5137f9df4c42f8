-- One row per topic that hangs on one person.
select
    *, topic as title, own_helps / helps as own_share, {date_of(last_day)} as last_helped
from hanging_topics
where community = $community
