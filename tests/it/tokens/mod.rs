//! What clients do with codes and tokens: redeem, refresh, revoke; and what becomes of what was stolen.

mod codes;
mod forms;
mod limits;
mod races;
mod refreshing;
mod remembered;
mod replays;
mod revoking;
mod sweeping;

use std::time::Duration;

use crate::harness::{
    Setup, TestApp,
    app::Connected,
    mcp::Answer,
    oauth::{StagedClient, Tokens, redeem, stage_client, stage_code},
    until,
};

/// A server, a person, a client, and what the person granted it.
struct Story {
    app: TestApp,
    person: Connected,
    client: StagedClient,
    tokens: Tokens,
}

impl Story {
    async fn begin() -> Self {
        Self::begin_with(Setup::default()).await
    }

    async fn begin_with(setup: Setup) -> Self {
        let app = TestApp::start_with(setup).await;
        let person = app.connect_first().await;
        let client = stage_client(&app).await;
        let code = stage_code(&app, &person, &client).await;
        let tokens = Tokens::of(&redeem(&app.origin, &code).await);
        Self {
            app,
            person,
            client,
            tokens,
        }
    }

    /// What the server answers to a refresh token.
    async fn refresh(&self, token: &str) -> Answer {
        crate::harness::oauth::refresh(&self.app.origin, &self.client, token).await
    }

    /// What it gives for one that must be good.
    async fn refreshed(&self, token: &str) -> Tokens {
        Tokens::of(&self.refresh(token).await)
    }

    /// What the MCP endpoint answers to an access token.
    async fn bearer(&self, access: &str) -> u16 {
        crate::harness::oauth::bearer(&self.app.origin, access).await
    }

    /// Uses an access token, and waits until that is noted.
    async fn use_up(&self, access: &str) {
        let used = async || {
            let used = "select 'used' from tokens where first_used_at is not null";
            self.app.database.texts(used).await.len()
        };
        let before = used().await;
        assert_eq!(self.bearer(access).await, 200);
        until("the use of the token is noted", async || {
            used().await > before
        })
        .await;
    }
}

/// The error of an answer that nobody may keep.
fn error(answer: &Answer) -> (u16, &str) {
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert!(answer.body["error_description"].is_string());
    (
        answer.status,
        answer.body["error"].as_str().unwrap_or_default(),
    )
}

/// The events of that name in the audit, with their reason.
async fn audited(app: &TestApp, event: &str) -> Vec<String> {
    let details = format!("select coalesce(detail, '') from audit where event = '{event}'");
    app.database.texts(&details).await
}

/// The status of every grant, oldest first, with why it ended.
async fn grants(app: &TestApp) -> Vec<String> {
    let grants = "select status || coalesce(' ' || ended_reason, '') from grants order by id";
    app.database.texts(grants).await
}

const fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

const fn days(count: u64) -> Duration {
    Duration::from_secs(count * 86_400)
}

/// As long as that, but for an instant.
fn almost(long: Duration) -> Duration {
    long.saturating_sub(INSTANT)
}

/// The shortest time that the clock knows.
const INSTANT: Duration = Duration::from_millis(1);
const INVALID_GRANT: (u16, &str) = (400, "invalid_grant");
const INVALID_REQUEST: (u16, &str) = (400, "invalid_request");
const INVALID_CLIENT: (u16, &str) = (401, "invalid_client");
