-- One row per roster row and account that it means: by e-mail, else user name, else platform id,
-- else a display name that is unique.
with names as (
    select community, lower(name) as name, min(member) as member
    from accounts
    where not is_bot and name is not null
    group by 1, 2
    having count(distinct member) = 1
),
candidates as (
    select roster.community, roster.row_number, accounts.member, 1 as certainty
    from roster
    join accounts
        on accounts.community = roster.community and accounts.email_hash = roster.email_hash
    union all
    select roster.community, roster.row_number, accounts.member, 2 as certainty
    from roster
    join accounts
        on accounts.community = roster.community
        and lower(accounts.username) = lower(roster.username)
    union all
    select roster.community, roster.row_number, accounts.member, 3 as certainty
    from roster
    join accounts
        on accounts.community = roster.community
        and accounts.account = accounts.source || ':' || roster.platform_id
    union all
    select roster.community, roster.row_number, names.member, 4 as certainty
    from roster
    join names on names.community = roster.community and names.name = lower(roster.display_name)
),
best as (
    select distinct community, row_number, member
    from (
        select *, min(certainty) over (partition by community, row_number) as best_certainty
        from candidates
    ) as ranked
    where certainty = best_certainty
)
select
    best.community, best.row_number, best.member, roster.team, roster.seniority,
    coalesce({day_of(roster.from_day)}, 0) as from_day,
    coalesce({day_of(roster.to_day)}, {NO_END}) as to_day
from best
join roster on roster.community = best.community and roster.row_number = best.row_number
