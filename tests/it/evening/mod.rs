//! A scripted assistant's evening: two people at one server, sixty calls that take turns, every tool, old names and
//! new ones, clients of both eras. What both have at the end is worked out from what they had and what was meant,
//! never from an answer.

mod account;
mod kitchen;
mod later;
mod making;
mod shop;
mod stage;

use std::collections::BTreeSet;

use crate::harness::tools;
use stage::Evening;

/// As many calls as the evening has.
const CALLS: usize = 60;

#[tokio::test]
async fn an_evening_of_two_people_leaves_exactly_what_they_asked_for() {
    let mut evening = Evening::begin().await;
    making::what_is_on(&mut evening).await;
    let dinner = making::a_list_from_titles(&mut evening).await;
    let dinner = making::the_list_is_mended(&mut evening, dinner).await;
    kitchen::in_the_kitchen(&mut evening, &dinner).await;
    kitchen::two_players(&mut evening, &dinner).await;
    later::what_was_on(&mut evening).await;
    later::old_names(&mut evening).await;
    later::tidying_up(&mut evening).await;
    evening.compare();
    assert_eq!(evening.calls, CALLS);
    let all: BTreeSet<_> = tools::names(|_| true).into_iter().collect();
    assert_eq!(evening.tools, all);
}
