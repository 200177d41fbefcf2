-- When our own connection was down: time of which nothing is known, on any site.

create table silence (
    id       integer primary key,
    began_at bigint not null,                 -- when the first request was sent that reached nothing
    ended_at bigint,                          -- when something was reached again; null: not yet
    why      text   not null
);
create index silence_by_end on silence (ended_at);
