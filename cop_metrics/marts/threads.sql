-- One row per thread, as its newest export tells it.
select community, source, thread, title, url, channel, closed_at, closed_at_ms, closed_as, views
from lake_thread
qualify row_number() over (partition by community, thread order by import_rank desc, row_number desc) = 1
