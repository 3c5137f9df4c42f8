-- One row per question, answer, comment or message of a human, with the author's team and seniority
-- on that day.
select
    human_posts.community, human_posts.post, human_posts.thread, threads.title, threads.url,
    human_posts.kind, human_posts.is_answer, human_posts.member, members.member_id, members.name,
    memberships.team as member_team, memberships.seniority as member_seniority,
    human_posts.posted_at, human_posts.day, human_posts.hour, human_posts.second
from human_posts
join members on members.community = human_posts.community and members.member = human_posts.member
left join threads
    on threads.community = human_posts.community and threads.thread = human_posts.thread
join memberships on {held_at(memberships, human_posts.member, human_posts.day)}
where human_posts.deleted_second is null or human_posts.kind = 'question'
