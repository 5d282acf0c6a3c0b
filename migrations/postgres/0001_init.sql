create table vault (
    name text primary key not null,
    sealed bytea not null,
    created_at bigint not null
);

create table counters (
    name text primary key not null,
    value bigint not null
);
insert into counters (name, value) values ('revocation', 0);

create table people (
    id text primary key not null,
    account_id text unique,
    spotify_id text not null,
    display_name text,
    created_at bigint not null
);
create index people_spotify_id on people (spotify_id);
create unique index people_spotify_id_alone on people (spotify_id) where account_id is null;

create table spotify_apps (
    id text primary key not null,
    client_id text not null unique,
    secret_sealed bytea,
    mode text not null,
    created_at bigint not null
);

create table spotify_links (
    id text primary key not null,
    person_id text not null references people (id) on delete cascade,
    app_id text not null references spotify_apps (id),
    access_sealed bytea not null,
    refresh_sealed bytea not null,
    access_issued_at bigint not null,
    access_expires_at bigint not null,
    scopes text not null,
    authorized_at bigint not null,
    status text not null,
    suspended_reason text,
    suspended_at bigint,
    version bigint not null,
    lease_owner text,
    lease_until bigint,
    unique (person_id, app_id)
);

create table api_keys (
    id text primary key not null,
    person_id text not null references people (id) on delete cascade,
    kind text not null,
    hash bytea not null unique,
    label text not null,
    read_only boolean not null,
    toolsets text,
    created_at bigint not null,
    last_used_at bigint,
    expires_at bigint
);
create index api_keys_person_id on api_keys (person_id);
create index api_keys_expires_at on api_keys (expires_at);

create table flows (
    id text primary key not null,
    state_hash bytea not null unique,
    browser_hash bytea not null,
    app_id text not null references spotify_apps (id),
    verifier_sealed bytea not null,
    scopes text not null,
    status text not null,
    created_at bigint not null,
    expires_at bigint not null
);
create index flows_expires_at on flows (expires_at);

create table revocations (
    seq bigint primary key not null,
    person_id text,
    key_id text,
    created_at bigint not null
);

create table audit (
    id text primary key not null,
    created_at bigint not null,
    event text not null,
    outcome text not null,
    person_id text,
    key_id text,
    detail text
);
create index audit_person_id on audit (person_id);
