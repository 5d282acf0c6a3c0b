//! What is counted in the database, so that replicas share it.

use std::time::Duration;

use auxcord::{
    auth::{Allowance, Bucket, Limits, Rates},
    clock::Clock,
    crypto::HashKey,
    store::{Db, DbOptions, Target},
};
use futures::future::join_all;

use crate::harness::{app::NOON, database::TestDatabase, sql::Hand};

const RATES: Rates = Rates {
    register: 3,
    authorize: 4,
    login: 5,
    client_documents: 2,
    token: 60,
    revoke: 1,
};

const ALL: [(Bucket, u32); 7] = [
    (Bucket::Register, 3),
    (Bucket::Authorize, 4),
    (Bucket::Login, 5),
    (Bucket::DocumentsBySource, 2),
    (Bucket::DocumentsByHost, 6),
    (Bucket::TokenFailure, 60),
    (Bucket::Revoke, 1),
];

struct Stage {
    db: Db,
    clock: Clock,
    database: TestDatabase,
}

impl Stage {
    async fn new() -> Self {
        let database = TestDatabase::new().await;
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
        Self {
            db: Db::open(&options).await.unwrap(),
            clock: Clock::manual(NOON),
            database,
        }
    }

    /// The counting of one more replica.
    fn limits(&self) -> Limits {
        let key = HashKey::new([7; 32]);
        Limits::new(self.db.clone(), key, self.clock.clone(), RATES)
    }

    fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }
}

async fn take(limits: &Limits, bucket: Bucket, subject: &str) -> Option<u64> {
    match limits.take(bucket, subject).await.unwrap() {
        Allowance::Granted => None,
        Allowance::Exhausted {
            retry_after_seconds,
        } => Some(retry_after_seconds),
    }
}

#[tokio::test]
async fn every_bucket_holds_what_the_operator_says() {
    let stage = Stage::new().await;
    let limits = stage.limits();
    for (bucket, held) in ALL {
        for _ in 0..held {
            assert_eq!(take(&limits, bucket, "192.0.2.7").await, None, "{bucket:?}");
        }
        assert_eq!(
            take(&limits, bucket, "192.0.2.7").await,
            Some(60),
            "{bucket:?}"
        );
        assert_eq!(take(&limits, bucket, "192.0.2.8").await, None, "{bucket:?}");
    }
}

#[tokio::test]
async fn a_window_begins_with_the_first_request_and_ends_a_minute_later() {
    let stage = Stage::new().await;
    let limits = stage.limits();
    stage.advance(42);
    assert_eq!(take(&limits, Bucket::Register, "one").await, None);
    stage.advance(50);
    assert_eq!(take(&limits, Bucket::Register, "one").await, None);
    assert_eq!(take(&limits, Bucket::Register, "one").await, None);
    assert_eq!(take(&limits, Bucket::Register, "one").await, Some(10));
    stage.advance(9);
    assert_eq!(take(&limits, Bucket::Register, "one").await, Some(1));
    stage.advance(1);
    for _ in 0..3 {
        assert_eq!(take(&limits, Bucket::Register, "one").await, None);
    }
    assert_eq!(take(&limits, Bucket::Register, "one").await, Some(60));
}

#[tokio::test]
async fn of_many_at_the_same_instant_on_two_replicas_exactly_so_many_get_through() {
    let stage = Stage::new().await;
    let replicas = [stage.limits(), stage.limits()];
    let all = (0..40).map(|at| take(&replicas[at % 2], Bucket::Authorize, "one"));
    let granted = join_all(all).await;
    let granted = granted.iter().filter(|wait| wait.is_none()).count();
    assert_eq!(granted, 4);
}

#[tokio::test]
async fn whoever_goes_on_asking_costs_no_more_statements() {
    let stage = Stage::new().await;
    let limits = stage.limits();
    assert_eq!(take(&limits, Bucket::Revoke, "one").await, None);
    assert_eq!(take(&limits, Bucket::Revoke, "one").await, Some(60));
    let mut hand = Hand::on(&stage.database).await;
    hand.execute("alter table allowances rename to hidden")
        .await;
    for _ in 0..100 {
        assert_eq!(take(&limits, Bucket::Revoke, "one").await, Some(60));
    }
    hand.execute("alter table hidden rename to allowances")
        .await;
    stage.advance(60);
    assert_eq!(take(&limits, Bucket::Revoke, "one").await, None);
}

#[tokio::test]
async fn a_database_that_cannot_count_grants_nothing() {
    let stage = Stage::new().await;
    let mut hand = Hand::on(&stage.database).await;
    hand.execute("alter table allowances rename to hidden")
        .await;
    let limits = stage.limits();
    assert!(limits.take(Bucket::Register, "one").await.is_err());
}

#[tokio::test]
async fn a_clock_that_is_put_back_locks_nobody_out() {
    let stage = Stage::new().await;
    let ahead = Clock::manual(NOON + 86_400_000);
    let key = HashKey::new([7; 32]);
    let tomorrow = Limits::new(stage.db.clone(), key, ahead, RATES);
    assert_eq!(take(&tomorrow, Bucket::Revoke, "one").await, None);
    assert_eq!(take(&tomorrow, Bucket::Revoke, "one").await, Some(60));
    let today = stage.limits();
    assert_eq!(take(&today, Bucket::Revoke, "one").await, None);
    assert_eq!(take(&today, Bucket::Revoke, "one").await, Some(60));
}

#[tokio::test]
async fn who_was_counted_is_not_written_down_and_goes_with_the_window() {
    let stage = Stage::new().await;
    let limits = stage.limits();
    for (bucket, _) in ALL {
        take(&limits, bucket, "192.0.2.7").await;
    }
    assert_eq!(stage.database.count("allowances").await, ALL.len());
    let dump = String::from_utf8_lossy(&stage.database.dump().await).into_owned();
    assert!(!dump.contains("192.0.2.7"));

    stage.advance(59);
    stage.db.delete_expired(stage.clock.now()).await.unwrap();
    assert_eq!(stage.database.count("allowances").await, ALL.len());
    stage.advance(1);
    let swept = stage.db.delete_expired(stage.clock.now()).await.unwrap();
    assert_eq!(swept.allowances, ALL.len() as u64);
    assert_eq!(stage.database.count("allowances").await, 0);
}

#[tokio::test]
async fn a_grant_renews_at_least_ten_times_a_minute() {
    let stage = Stage::new().await;
    assert_eq!(stage.limits().rotations(), 10);
    let many = Rates {
        token: 600,
        ..RATES
    };
    let key = HashKey::new([7; 32]);
    let limits = Limits::new(stage.db.clone(), key, stage.clock.clone(), many);
    assert_eq!(limits.rotations(), 100);
}
