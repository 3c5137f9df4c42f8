-- One row per help, from the side of who gave it: the helper is the member, the asker the other.
select
    helper_id as member_id, helper_team as member_team, helper_seniority as member_seniority,
    asker_id as other_id, asker_team as other_team, asker_seniority as other_seniority,
    asker_deleted as other_deleted, day, hour
from helps
where community = $community
