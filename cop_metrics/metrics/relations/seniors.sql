-- One row per period and senior, with the days held and what was done while a senior.
select * from {people} where member_seniority = $senior
