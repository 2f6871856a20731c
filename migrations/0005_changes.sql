-- Changes: what is to happen to the register, from when, and who planned it.

create sequence change_no;                       -- never reset, gaps allowed: no counter row to queue on
create table change (
    id                 bigint primary key default nextval('change_no'),
    reference          text not null constraint change_reference_once unique,         -- CHG-2026-0001
    kind               text not null constraint change_kind_known check (kind in ('addition', 'replacement', 'material_change', 'removal', 'correction')),
    state              text not null constraint change_state_known
                       check (state in ('draft', 'scheduled', 'in_notice', 'held', 'effective', 'withdrawn', 'discarded')),
    subprocessor_id    bigint not null references subprocessor,
    replaces_id        bigint references subprocessor,
    facts              jsonb not null, reason text not null, products text[] not null,
    effective_on       date not null,              -- local day of the policy's zone
    effective_at       timestamptz not null,       -- its first instant, computed in Rust
    go_live            text not null constraint change_go_live_known check (go_live in ('together', 'per_customer')),
    emergency          text,                       -- justification
    published_at       timestamptz,                -- its announcement started: public from here on
    in_use_since date, in_use_why text,            -- in use although the gate is shut: said everywhere, opens nothing
    author_id          bigint not null references account,
    needs_approval     boolean not null,
    approver_id        bigint references account,
    next_look_at       timestamptz,                -- when take_effect asks next; null = never
    took_effect_at     timestamptz,                -- the instant the verdict stands for: everything received before it was weighed
    version            integer not null default 1,
    constraint change_replacement_names_both check ((kind = 'replacement') = (replaces_id is not null)),
    constraint change_four_eyes check (approver_id is distinct from author_id),
    constraint change_emergency_needs_two check (emergency is null or needs_approval),
    constraint change_in_use_has_reason check ((in_use_since is null) = (in_use_why is null)),
    constraint change_effective_has_instant check ((state = 'effective') = (took_effect_at is not null)),
    constraint change_effective_not_early check (took_effect_at >= effective_at)
) with (fillfactor = 50);
create index change_due on change (next_look_at) where next_look_at is not null;
create index change_open on change (effective_at, id) where state in ('scheduled', 'in_notice', 'held');   -- a few dozen at most
create index change_by_subprocessor on change (subprocessor_id);
create index change_by_replaced on change (replaces_id) where replaces_id is not null;
alter table subprocessor_version add constraint version_by_change foreign key (change_id) references change;
create index subprocessor_version_by_change on subprocessor_version (change_id);
grant insert, update on change to forenotice_app;
