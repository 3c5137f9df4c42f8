-- One row per period, member, stretch of a group held in it and month: the days held, and what was
-- done meanwhile.
select * from {people}
