-- One row per reader, thread of others and day on which they read it, by name and title.
select
    reads.*, members.member, members.name, reach.title, reach.url,
    {date_of(reads.day)} as read_on
from reads
join members using (member_id)
left join reach using (thread_id)
where reads.community = $community and of_others
