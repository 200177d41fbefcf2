-- What the judge of a site must know to go on after a restart: outages that several URLs share, and the pulses of places.

alter table outage add column alternating bigint not null default 0; -- URLs fail, are healthy and fail again
alter table outage add column watched     bigint not null default 1; -- something that is seen later can change it
alter table outage add column places      text;                      -- JSON: how its places answer; null: one URL's fault
alter table outage drop column site_healthy_before;
create index outage_watched on outage (site_id, observer) where watched = 1;

alter table episode add column went_on bigint not null default 0;    -- the URL went on failing, by another root
alter table episode add column resumed text;                         -- JSON: failed again since its outage was over

-- Failures that may have one root with others to come, and the newest healthy fetches, by place.
create table pulse (
    site_id  bigint not null references site (id) on delete cascade,
    observer text   not null,
    place    text   not null,                 -- site, section:/product/*, url:7
    state    text   not null,                 -- JSON
    primary key (site_id, observer, place)
);
