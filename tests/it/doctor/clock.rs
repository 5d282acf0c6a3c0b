//! The clock, held against Spotify's.

use std::time::Duration;

use auxcord::{
    app::doctor::{State, examine},
    clock::Clock,
    config::Sources,
};

use crate::harness::{Ground, Setup};

#[tokio::test]
async fn a_clock_that_is_wrong_by_more_than_a_minute_is_a_fault() {
    let ground = Ground::new(Setup::default()).await;
    let pairs = ground
        .environment
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    let sources = Sources::from_pairs(pairs);
    let now = Clock::System.now();
    for (skew, direction) in [(-300_000, "behind"), (300_000, "ahead of")] {
        let clock = Clock::manual(now + skew);
        let report = examine(&sources, &clock, None).await;
        let finding = report.findings.iter().find(|one| one.check == "clock");
        let finding = finding.unwrap();
        assert_eq!(finding.state, State::Fault, "{finding:?}");
        assert!(finding.what.contains(direction), "{finding:?}");
        assert!(finding.remedy.as_ref().unwrap().contains("timedatectl"));
    }
    let clock = Clock::manual(now);
    clock.advance(Duration::from_secs(30));
    let report = examine(&sources, &clock, None).await;
    let finding = report.findings.iter().find(|one| one.check == "clock");
    assert_eq!(finding.unwrap().state, State::Ok, "{finding:?}");
}
