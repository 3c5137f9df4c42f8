-- One row per help, from the side of who got it: the asker is the member, the helper the other.
select
    asker_id as member_id, asker_team as member_team, asker_seniority as member_seniority,
    helper_id as other_id, helper_team as other_team, helper_seniority as other_seniority,
    helper_deleted as other_deleted, day
from helps
where community = $community
