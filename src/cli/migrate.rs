//! `auxcord migrate`: brings the database up to date and stops.

use crate::{app::open_database, config::Config};

pub(super) async fn run(config: Config) -> anyhow::Result<()> {
    let (db, _temporary) = open_database(&config).await?;
    db.close().await;
    super::output::text("the database is up to date\n")
}
