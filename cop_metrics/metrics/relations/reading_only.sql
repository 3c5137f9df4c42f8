-- One row per period, member who read and posted nothing in it, and group held while reading.
select
    periods.start, acts.member, acts.member_id, any_value(acts.name) as name, acts.member_team,
    acts.member_seniority
from periods
join {member_days} as acts
    on acts.community = $community and acts.day >= periods.first_day
    and acts.day < periods.end_day and threads_read > 0 and not is_deleted
anti join (
    select start, member_id
    from periods
    join {member_days} as posts
        on community = $community and day >= first_day and day < end_day and posts > 0
    group by all
) as posted on posted.start = periods.start and posted.member_id = acts.member_id
group by all
