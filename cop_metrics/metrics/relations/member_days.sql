-- One row per member and local day, or whole month, with anything done: the group held, and counts
-- by kind.
select * from {member_days} where community = $community
