-- Deploys that somebody recorded, so that an outage that begins with one can say so.

create table deploy_mark (
    id          integer primary key,
    site_id     bigint not null references site (id) on delete cascade,
    at          bigint not null,
    name        text   not null,              -- such as a tag; empty: it has none
    recorded_at bigint not null,
    unique (site_id, at, name)
);
