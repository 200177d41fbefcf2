-- What search bots met, read from access logs. Their spells, outages and hourly fetches stand beside our own, under their
-- names as observers; here is what a log has besides.

alter table url add column of_log bigint not null default 0; -- only a log has shown it: it is not crawled, and not counted

drop trigger site_tally_grows;
create trigger site_tally_grows after insert on url when new.of_log = 0 begin
    update site_tally set urls = urls + 1 where site_id = new.site_id;
end;
drop trigger site_tally_shrinks;
create trigger site_tally_shrinks after delete on url when old.of_log = 0 begin
    update site_tally set urls = urls - 1 where site_id = old.site_id;
end;
create trigger site_tally_finds after update of of_log on url when old.of_log = 1 and new.of_log = 0 begin
    update site_tally set urls = urls + 1 where site_id = new.site_id;
end;

-- Hits by hour: of real bots, and of those who only say so.
create table bot_hour (
    site_id      bigint not null references site (id) on delete cascade,
    hour         bigint not null,             -- when the hour begins
    bot          text   not null,
    verification text   not null,             -- ip, dns, claimed, spoofed
    outcome      text   not null,             -- an outcome, or unknown: the bot did not wait for one
    hits         bigint not null,
    elapsed_ms   bigint not null,
    primary key (site_id, hour, bot, verification, outcome)
);

-- Which hits were taken in, so that a line that is read again changes nothing.
create table logged_hits (
    site_id bigint not null references site (id) on delete cascade,
    hour    bigint not null,                  -- when the hour begins
    part    bigint not null,                  -- from 1
    keys    blob   not null,                  -- 8 bytes a hit
    primary key (site_id, hour, part)
);

-- Grows whenever hits of a site are taken in: whoever holds something of them in memory sees that another has been there.
create table logged_site (
    site_id bigint primary key references site (id) on delete cascade,
    version bigint not null
);

-- How far a log that is followed was read.
create table log_position (
    site_id  bigint not null references site (id) on delete cascade,
    path     text   not null,
    identity text   not null,                 -- which file it was: a digest of its first bytes
    length   bigint not null,                 -- how many bytes the digest is of
    position bigint not null,                 -- where the next line begins
    read_at  bigint not null,
    primary key (site_id, path)
);
