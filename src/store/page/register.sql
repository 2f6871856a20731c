-- The register and what it tells of: the changes `picked` before this by what the page is about, and what was told of these until $1.
select (select coalesce(json_agg(v order by v.valid_from, v.subprocessor_id), '[]')
        from (select v.subprocessor_id, s.slug, v.valid_from, v.listed, v.facts, c.reference as change
              from subprocessor_version v join subprocessor s on s.id = v.subprocessor_id
              left join change c on c.id = v.change_id) v) as versions,
       (select coalesce(json_agg(c order by c.effective_at, c.id), '[]')
        from (select id, reference, kind, state, subprocessor_id, replaces_id, facts, reason, effective_on, effective_at, emergency,
                     published_at, in_use_since, in_use_until, in_use_why, go_live, first_in_force_at, took_effect_at,
                     -- One that is frozen and waits for its hour is the plan that stands.
                     (select max(coalesce(n.barrier_at, n.due_at)) from notice n join notice_change nc on nc.notice_id = n.id
                      where nc.change_id = change.id and n.kind = 'announcement' and n.cancelled_at is null) as announced_at
              from change
              where id = any (array(
                  select id from picked
                  union select id from change where state in ('scheduled', 'in_notice', 'held') and published_at is not null
                  union select id from change where in_use_since is not null and published_at is not null))) c) as changes,
       array(select id from picked order by id desc) as picked,
       (select coalesce(json_agg(e order by e.at, e.notice_id), '[]')
        from (select notice_change.change_id, notice.kind, notice.due_at as at, notice.id as notice_id,
                     case notice.kind when 'withdrawn' then nullif(trim(notice.facts ->> 'why'), '') end as why
              from notice_change join notice on notice.id = notice_change.notice_id
              where notice_change.change_id = any (array(select id from picked))
                and notice.kind in ('rescheduled', 'withdrawn', 'held') and notice.cancelled_at is null and notice.due_at <= $1
                -- In use before its day: told in the letter of a held one, and not held.
                and (notice.kind <> 'held' or notice.facts ->> 'old_effective_on' is not null)) e) as events,
       (select at from act order by id desc limit 1) as newest_act
