create table clients (
    id text primary key not null,
    client_id text not null unique,
    kind text not null,
    name text not null,
    metadata text not null,
    digest blob unique,
    secret_hash blob,
    created_at bigint not null,
    last_used_at bigint,
    fresh_until bigint
);
create index clients_last_used_at on clients (last_used_at);

create table authorizations (
    id text primary key not null,
    browser_hash blob not null,
    client_ref text not null references clients (id) on delete cascade,
    redirect_uri text not null,
    code_challenge text not null,
    asked text not null,
    granted text,
    resource text not null,
    state_sealed blob,
    status text not null,
    created_at bigint not null,
    expires_at bigint not null
);
create index authorizations_expires_at on authorizations (expires_at);
create index authorizations_status on authorizations (status, id);
create index authorizations_client_ref on authorizations (client_ref);

alter table flows add column purpose text not null default 'keys';
alter table flows add column authorization_id text references authorizations (id) on delete cascade;
create index flows_authorization_id on flows (authorization_id);

create table grants (
    id text primary key not null,
    person_id text not null references people (id) on delete cascade,
    client_ref text not null references clients (id) on delete cascade,
    app_id text not null references spotify_apps (id),
    scopes text not null,
    withheld text not null,
    resource text not null,
    redirect_host text not null,
    status text not null,
    created_at bigint not null,
    last_used_at bigint,
    expires_at bigint not null,
    ended_at bigint,
    ended_reason text
);
create index grants_person_id on grants (person_id, status);
create index grants_client_ref on grants (client_ref);
create index grants_expires_at on grants (expires_at);

create table tokens (
    hash blob primary key not null,
    grant_id text not null references grants (id) on delete cascade,
    kind text not null,
    generation bigint not null,
    scopes text not null,
    redirect_uri text,
    code_challenge text,
    attempts bigint not null,
    created_at bigint not null,
    expires_at bigint not null,
    first_used_at bigint,
    rotated_at bigint,
    recovered_at bigint,
    answer_sealed blob
);
create index tokens_grant_id on tokens (grant_id, kind, generation);
create index tokens_expires_at on tokens (expires_at);

create table sessions (
    hash blob primary key not null,
    id text not null unique,
    person_id text not null references people (id) on delete cascade,
    created_at bigint not null,
    last_seen_at bigint not null,
    expires_at bigint not null
);
create index sessions_person_id on sessions (person_id);
create index sessions_expires_at on sessions (expires_at);

create table allowances (
    bucket text not null,
    subject blob not null,
    began_at bigint not null,
    taken bigint not null,
    primary key (bucket, subject)
);
create index allowances_began_at on allowances (began_at);

alter table revocations add column grant_id text;
alter table audit add column grant_id text;
alter table audit add column client_ref text;
