-- What pages count again and again, kept while it is written: a million rows are not counted for a page.

-- The known URLs of a site.
create table site_tally (
    site_id bigint primary key references site (id) on delete cascade,
    urls    bigint not null default 0
);
insert into site_tally (site_id, urls) select s.id, (select count(*) from url u where u.site_id = s.id) from site s;
create trigger site_tally_begins after insert on site begin
    insert into site_tally (site_id) values (new.id);
end;
create trigger site_tally_grows after insert on url begin
    update site_tally set urls = urls + 1 where site_id = new.site_id;
end;
create trigger site_tally_shrinks after delete on url begin
    update site_tally set urls = urls - 1 where site_id = old.site_id;
end;

-- The hours in which we fetched anything of a site.
create table looked_day (
    site_id bigint not null references site (id) on delete cascade,
    day     bigint not null,                  -- since 1970-01-01, in UTC
    hours   bigint not null,                  -- one bit an hour, the first of the day in the lowest
    primary key (site_id, day)
) without rowid;
create trigger looked_day_grows after insert on rollup_hour when new.observer = 'gatecrawl' begin
    insert into looked_day (site_id, day, hours)
    values (new.site_id, new.hour / 86400000, 1 << (new.hour / 3600000 % 24))
    on conflict (site_id, day) do update set hours = hours | excluded.hours;
end;
insert into looked_day (site_id, day, hours)
select site_id, hour / 86400000, sum(distinct 1 << (hour / 3600000 % 24))
from rollup_hour where observer = 'gatecrawl' group by site_id, hour / 86400000;

create index episode_open on episode (site_id, url_id) where healthy_after is null and went_on = 0;
create index crawl_open on crawl (site_id) where state in ('waiting', 'running');
create index outage_by_end on outage (site_id, last_failing);
create index url_by_found on url (site_id, found_at);
create index spell_gone on spell (url_id, observer) where class = 'gone';
