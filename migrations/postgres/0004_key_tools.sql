alter table api_keys add column tools text;
alter table api_keys add column exclude_tools text;
