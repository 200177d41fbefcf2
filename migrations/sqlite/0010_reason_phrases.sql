-- The reason phrase of an answer's status line as it came: some gateways say there why they failed.

alter table evidence add column reason text; -- null: there is none, as in HTTP/2, or it was not kept
