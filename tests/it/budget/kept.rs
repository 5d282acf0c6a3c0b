//! What the store keeps of the quota: sums over replicas, closures, changes of content; and what a sweep takes away.

use std::time::Duration;

use auxcord::{
    clock::{DAY, HOUR},
    crypto::random_bytes,
    store::{
        AppId, AppMode, Closure, ClosureKind, ContentChange, Db, DbOptions, HourlyCalls, PersonId,
        Target,
    },
};
use futures::future::join_all;

use crate::harness::{app::NOON, database::TestDatabase};

struct Stage {
    db: Db,
    app: AppId,
    database: TestDatabase,
}

impl Stage {
    async fn new() -> Self {
        let database = TestDatabase::new().await;
        let db = open(&database).await;
        let app = AppId::new(NOON, random_bytes());
        db.insert_app(app, "client", AppMode::Operator, NOON)
            .await
            .unwrap();
        Self { db, app, database }
    }

    fn calls(&self, bucket: &str, hour: i64, made: i64) -> HourlyCalls {
        HourlyCalls {
            app: self.app,
            bucket: bucket.to_owned(),
            hour,
            made,
        }
    }

    fn closure(&self, kind: ClosureKind, name: &str, until: i64) -> Closure {
        Closure {
            app: self.app,
            kind,
            name: name.to_owned(),
            closed_at: NOON,
            until,
            ceiling: (kind == ClosureKind::Group).then_some(600),
        }
    }
}

async fn open(database: &TestDatabase) -> Db {
    let target = database.url.strip_prefix("sqlite:///").map_or_else(
        || Target::Postgres(database.url.clone().into()),
        |path| Target::Sqlite(path.into()),
    );
    let options = DbOptions {
        target,
        max_connections: 8,
        acquire_timeout: Duration::from_secs(30),
        busy_timeout: Duration::from_secs(30),
    };
    Db::open(&options).await.unwrap()
}

#[tokio::test]
async fn calls_of_many_replicas_at_once_add_up() {
    let stage = Stage::new().await;
    let replicas = [stage.db.clone(), open(&stage.database).await];
    let adding = (0..20).map(|number| {
        let db = &replicas[number % 2];
        let calls = [
            stage.calls("player", NOON, 1),
            stage.calls("search", NOON, 2),
        ];
        async move { db.insert_calls(&calls).await.unwrap() }
    });
    let mut totals: Vec<i64> = join_all(adding)
        .await
        .iter()
        .map(|both| both[1].made)
        .collect();
    totals.sort_unstable();
    let expected: Vec<i64> = (1..=20).map(|number| number * 2).collect();
    assert_eq!(totals, expected, "each learns what all had made by then");
}

#[tokio::test]
async fn hours_are_read_from_the_first_that_counts() {
    let stage = Stage::new().await;
    let old = stage.calls("search", NOON - 25 * HOUR, 7);
    let new = stage.calls("search", NOON, 3);
    stage.db.insert_calls(&[old, new.clone()]).await.unwrap();
    let read = stage.db.list_calls(NOON - 24 * HOUR).await.unwrap();
    assert_eq!(read, [new]);
}

#[tokio::test]
async fn a_closure_is_replaced_by_a_newer_one() {
    let stage = Stage::new().await;
    for until in [NOON + HOUR, NOON + DAY] {
        let closure = stage.closure(ClosureKind::Group, "search", until);
        stage.db.insert_closure(&closure).await.unwrap();
    }
    let gone = stage.closure(ClosureKind::Endpoint, "GET search", NOON + HOUR);
    stage.db.insert_closure(&gone).await.unwrap();
    let mut kept = stage.db.list_closures().await.unwrap();
    kept.sort_by_key(|one| one.kind.as_str());
    let newest = stage.closure(ClosureKind::Group, "search", NOON + DAY);
    assert_eq!(kept, [gone, newest]);
}

#[tokio::test]
async fn a_sweep_takes_old_hours_and_over_closures_and_leaves_ceilings() {
    let stage = Stage::new().await;
    let calls = [
        stage.calls("search", NOON - 26 * HOUR, 1),
        stage.calls("search", NOON - 25 * HOUR, 1),
    ];
    stage.db.insert_calls(&calls).await.unwrap();
    let closures = [
        stage.closure(ClosureKind::Endpoint, "GET search", NOON),
        stage.closure(ClosureKind::Endpoint, "GET me", NOON + 1),
        stage.closure(ClosureKind::Group, "search", NOON - 29 * DAY),
        stage.closure(ClosureKind::Group, "player", NOON - 30 * DAY),
    ];
    for closure in &closures {
        stage.db.insert_closure(closure).await.unwrap();
    }
    let swept = stage.db.delete_expired(NOON).await.unwrap();
    assert_eq!((swept.calls, swept.closures), (1, 2));
    let left = stage.db.list_closures().await.unwrap();
    assert_eq!(left.len(), 2);
    assert!(
        left.iter()
            .any(|one| one.name == "search" && one.ceiling == Some(600))
    );
}

#[tokio::test]
async fn a_change_of_content_revokes_nothing() {
    let stage = Stage::new().await;
    let person = PersonId::new(NOON, random_bytes());
    let change = |bucket: &str| ContentChange {
        person,
        bucket: bucket.to_owned(),
        origin: "here".to_owned(),
    };
    let before = stage.db.find_revocation_seq().await.unwrap();
    let changes = [change("library"), change("playlists")];
    stage
        .db
        .insert_content_changes(&changes, NOON)
        .await
        .unwrap();
    let listed = stage.db.list_revocations(before).await.unwrap();
    assert_eq!(listed.len(), 2);
    for (entry, change) in listed.iter().zip(&changes) {
        assert_eq!(entry.content.as_ref(), Some(change));
        assert_eq!((entry.person, entry.key, entry.grant), (None, None, None));
    }
    assert_eq!(stage.db.find_revocation_seq().await.unwrap(), before + 2);
}
