-- Which URLs are probed between two crawls. Chosen when a crawl ends, from all URLs that are known then.

create table sentinel (
    site_id bigint not null references site (id) on delete cascade,
    url_id  bigint not null references url (id) on delete cascade,
    primary key (site_id, url_id)
);
