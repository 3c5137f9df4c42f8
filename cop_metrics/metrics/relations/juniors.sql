-- One row per period and junior, with the days held and what was done while a junior.
select * from {people} where member_seniority = $junior
