create table quota_calls (
    app_id text not null references spotify_apps (id) on delete cascade,
    bucket text not null,
    hour bigint not null,
    made bigint not null,
    primary key (app_id, bucket, hour)
);
create index quota_calls_hour on quota_calls (hour);

create table quota_closures (
    app_id text not null references spotify_apps (id) on delete cascade,
    kind text not null,
    name text not null,
    closed_at bigint not null,
    closed_until bigint not null,
    ceiling bigint,
    primary key (app_id, kind, name)
);
create index quota_closures_until on quota_closures (closed_until);

alter table revocations add column content text;
alter table revocations add column origin text;
