-- One row per member and reason to thank them in the 7 days before the day on which the data ends.
with ends as (
    select
        as_of_day, as_of_day - 7 as since,
        json_extract_string(settings, '$.individual_scores') = 'true' as scores
    from communities
    where community = $community
),
newly as (
    select member_id
    from milestones
    join ends
        on since_day + days_to_accepted >= since and since_day + days_to_accepted < as_of_day
    where community = $community
),
accepted as (
    select helper_id as member_id, min(struct_pack(accepted_second, second, title, url)) as first
    from helps
    semi join newly on newly.member_id = helps.helper_id
    where community = $community and accepted
    group by all
),
reasons as (
    select
        member_id, 1 as place, 'first accepted answer' as reason, first.title, first.url
    from accepted
    union all
    select
        members.member_id, 2 as place, 'reached the level ' || bars.name as reason,
        null as title, null as url
    from level_changes as changes
    join ends on changes.day >= since and changes.day < as_of_day and scores
    join level_bars as bars on bars.level = to_level
    join members using (community, member)
    where changes.community = $community and to_level > from_level
    union all
    select
        helper_id as member_id, 3 as place,
        'helped ' || count(distinct asker_id) || ' of the least experienced' as reason,
        null as title, null as url
    from helps
    join ends on day >= since and day < as_of_day
    where community = $community and asker_seniority = $junior
    group by helper_id
    having count(distinct asker_id) >= 3
)
select
    members.member, members.name, memberships.team as member_team,
    memberships.seniority as member_seniority, reasons.place, reasons.reason, reasons.title,
    reasons.url
from reasons
join members using (member_id)
join ends on true
join memberships on {held_at(memberships, members.member, ends.as_of_day)}
where not members.is_deleted and left_day > as_of_day
