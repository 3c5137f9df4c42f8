-- One row per reader, thread and day on which they read it: the reader's group then, and whose
-- knowledge they read, null for one's own threads.
select
    current_reads.community, current_reads.day, readers.member_id, readers.stretch_id,
    readers.team as member_team, readers.seniority as member_seniority, starts.thread_id,
    starts.asker_id, starts.knower_id,
    starts.asker is null or starts.asker <> current_reads.member as of_others,
    case when starts.asker <> current_reads.member and starts.asker_team <> 'Unknown'
        and readers.team <> 'Unknown'
        then starts.asker_team <> readers.team end as from_other_team,
    case when starts.asker is null or starts.asker <> current_reads.member
        then coalesce(starts.senior_day <= current_reads.day, false) end as senior_helped,
    case when starts.asker is null or starts.asker <> current_reads.member
        then coalesce(starts.leaver_day <= current_reads.day, false) end as leaver_helped,
    case when starts.asker <> current_reads.member
        then starts.knower_seniority end as knower_seniority,
    case when starts.asker <> current_reads.member
        then starts.knower_left_day <= current_reads.day end as knower_left
from current_reads
join memberships as readers on {held_at(readers, current_reads.member, current_reads.day)}
left join starts
    on starts.community = current_reads.community and starts.thread = current_reads.thread
