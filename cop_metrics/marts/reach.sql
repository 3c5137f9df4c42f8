-- One row per thread that a human began: readers and teams in its first 30 days, readers between
-- day 90 and 180, null until known; views so far.
with followed as (
    select
        starts.thread_id, starts.community, starts.source, starts.day,
        {local_day(sources.observed_until, communities.time_zone)} as until_day,
        communities.small_group
    from starts
    join sources on sources.community = starts.community and sources.source = starts.source
    join communities on communities.community = starts.community
),
readings as (
    select
        reads.thread_id,
        count(distinct case when reads.day < followed.day + {FRESH_DAYS} then reads.member_id end)
            as readers,
        count(distinct case when reads.day < followed.day + {FRESH_DAYS}
            and reads.member_team <> 'Unknown' then reads.member_team end) as teams,
        count(distinct case when reads.day >= followed.day + 90
            and reads.day < followed.day + {MATURE_DAYS} then reads.member_id end) as late_readers
    from reads
    join followed on followed.thread_id = reads.thread_id
    group by 1
),
recording as (
    select followed.community, followed.source
    from readings
    join followed on followed.thread_id = readings.thread_id
    group by 1, 2
),
undated as (
    select community, thread, cast(sum(reads) as bigint) as views
    from (
        select
            community, thread, reads, import_rank,
            max(import_rank) over (partition by community, thread) as newest_rank
        from lake_read
        where reader is null or day is null
    ) as totals
    where import_rank = newest_rank
    group by 1, 2
)
select
    starts.community, starts.thread, starts.thread_id, starts.question_id, threads.title,
    threads.url,
    starts.asker, starts.asker_id, starts.asker_name, starts.asker_team, starts.asker_seniority,
    starts.day, starts.second, starts.is_deleted,
    coalesce(threads.views, undated.views) as views, recording.source is not null as is_recorded,
    case when recording.source is not null and followed.until_day >= starts.day + {FRESH_DAYS}
        then coalesce(readings.readers, 0) end as readers,
    case when recording.source is not null and followed.until_day >= starts.day + {FRESH_DAYS}
        then coalesce(readings.teams, 0) end as teams,
    case when recording.source is not null and followed.until_day >= starts.day + {MATURE_DAYS}
        then coalesce(readings.late_readers, 0) end as late_readers,
    case when recording.source is not null and followed.until_day >= starts.day + {MATURE_DAYS}
        then coalesce(readings.late_readers, 0) >= followed.small_group end as evergreen
from starts
join followed on followed.thread_id = starts.thread_id
left join recording on recording.community = starts.community and recording.source = starts.source
left join readings on readings.thread_id = starts.thread_id
left join threads on threads.community = starts.community and threads.thread = starts.thread
left join undated on undated.community = starts.community and undated.thread = starts.thread
