-- Sites that the configuration declares: they are changed there, and nowhere else.

alter table site add column declared bigint not null default 0;
