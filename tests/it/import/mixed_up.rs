//! Rows that are wrong: people taken for each other, keys and tokens of which half is missing, rows of nobody.

use auxcord::sandbox::Rotation;
use serde_json::json;

use crate::harness::Setup;

use super::{Stage, User, old_server::old_key, opened_by};

#[tokio::test]
async fn a_link_that_is_another_persons_is_quarantined_with_its_key_and_told_again() {
    let mut stage = Stage::new().await;
    let (right, wrong, other) = (stage.person(0), stage.person(1), stage.person(2));
    let user = stage.user(&right);
    // The row says that it is one person's, and its tokens are another's: with a good access token and with a renewal.
    let mut mixed = stage.user(&other);
    mixed.spotify_id = Some(wrong.id.clone());
    let mut renewed = stage.user(&right).expired();
    renewed.spotify_id = Some("31nobody".to_owned());
    for user in [&user, &mixed, &renewed] {
        stage.old.add(user).await;
    }
    for run in ["first", "second"] {
        let report = stage.report(&[], 0).await;
        let expected = if run == "first" {
            "imported"
        } else {
            "unchanged"
        };
        assert_eq!(report.of(&right.id)[0], expected);
        for id in [&*wrong.id, "31nobody"] {
            assert_eq!(
                report.of(id),
                ["quarantined", "-", "-"],
                "{run}: {report:?}"
            );
        }
        if run == "first" {
            assert!(report.why(&wrong.id).contains(&other.id), "{report:?}");
        }
    }
    let server = stage.serve().await;
    for key in [&mixed.api_key, &renewed.api_key] {
        assert_eq!(opened_by(&server, key).await, None);
    }
    assert_eq!(stage.ground.database.count("people").await, 1);
    assert_eq!(stage.ground.database.count("spotify_links").await, 1);
    assert_eq!(stage.ground.database.count("api_keys").await, 1);
}

#[tokio::test]
async fn a_copied_link_stays_its_owners_whoever_comes_first() {
    for owner_first in [true, false] {
        let setup = Setup::default().rotating(Rotation::Always);
        let mut stage = Stage::with(setup).await;
        let (owner, first, second) = (stage.person(0), stage.person(1), stage.person(2));
        let right = stage.user(&owner).expired();
        let copies = [&first, &second].map(|card| {
            let mut copy = stage.user(card).expired();
            copy.refresh.clone_from(&right.refresh);
            copy
        });
        let rows = if owner_first {
            [&right, &copies[0], &copies[1]]
        } else {
            [&copies[0], &copies[1], &right]
        };
        for row in rows {
            stage.old.add(row).await;
        }
        for outcome in ["imported", "unchanged"] {
            let report = stage.report(&[], 0).await;
            assert_eq!(report.of(&owner.id)[0], outcome, "{report:?}");
            for card in [&first, &second] {
                assert_eq!(report.of(&card.id), ["quarantined", "-", "-"]);
            }
        }
        let server = stage.serve().await;
        assert_eq!(
            opened_by(&server, &right.api_key).await.as_deref(),
            Some(&*owner.id)
        );
        stage.ground.spotify.expire(Some(&owner.id));
        let found = server.client(&right.api_key);
        let found = found.done("search", json!({ "query": "night" })).await;
        assert!(found.to_string().contains("open.spotify.com"), "{found}");
        for copy in &copies {
            assert_eq!(opened_by(&server, &copy.api_key).await, None);
        }
    }
}

#[tokio::test]
async fn a_link_that_several_have_and_nobody_can_be_asked_about_is_nobodys() {
    let mut stage = Stage::new().await;
    let (one, other) = (stage.person(0), stage.person(1));
    let right = stage.user(&one).expired();
    let mut copy = stage.user(&other).expired();
    copy.refresh.clone_from(&right.refresh);
    stage.ground.spotify.revoke(&one.id);
    for row in [&right, &copy] {
        stage.old.add(row).await;
    }
    let report = stage.report(&[], 0).await;
    for card in [&one, &other] {
        assert_eq!(report.of(&card.id), ["quarantined", "-", "-"]);
    }
    assert_eq!(stage.ground.database.count("people").await, 0);
}

#[tokio::test]
async fn who_connected_anew_there_is_looked_at_again() {
    let mut stage = Stage::new().await;
    let (card, other) = (stage.person(0), stage.person(1));
    let mut user = stage.user(&other);
    user.spotify_id = Some(card.id.clone());
    stage.old.add(&user).await;
    assert_eq!(stage.report(&[], 0).await.of(&card.id)[0], "quarantined");
    let tokens = format!(
        "delete from spotify_tokens where user_id = '{}'",
        user.user_id
    );
    stage.old.execute(&tokens).await;
    let users = format!("delete from users where user_id = '{}'", user.user_id);
    stage.old.execute(&users).await;
    let mut anew = stage.user(&card);
    anew.user_id = user.user_id;
    anew.created_at += 1_000;
    stage.old.add(&anew).await;
    assert_eq!(
        stage.report(&[], 0).await.of(&card.id),
        ["imported", "active", "imported"]
    );
}

#[tokio::test]
async fn two_rows_of_one_account_or_with_one_key_give_nobody_the_others_music() {
    let mut stage = Stage::new().await;
    let (twice, alike, too) = (stage.person(0), stage.person(1), stage.person(2));
    let doubles = [stage.user(&twice), stage.user(&twice)];
    let mut sharing = [stage.user(&alike), stage.user(&too)];
    sharing[1].api_key = sharing[0].api_key.clone();
    for user in doubles.iter().chain(&sharing) {
        stage.old.add(user).await;
    }
    let report = stage.report(&[], 0).await;
    assert_eq!(report.0["counts"]["quarantined"], 2, "{report:?}");
    assert_eq!(report.of(&twice.id), ["quarantined", "-", "-"]);
    for card in [&alike, &too] {
        assert_eq!(report.of(&card.id), ["imported", "active", "not_imported"]);
    }
    let server = stage.serve().await;
    for user in doubles.iter().chain(&sharing) {
        assert_eq!(opened_by(&server, &user.api_key).await, None);
    }
}

#[tokio::test]
async fn a_key_of_another_form_is_left_out_and_its_person_is_not() {
    let mut stage = Stage::new().await;
    let key = old_key();
    let odd = [
        key[..31].to_owned(),
        format!("{key}x"),
        format!("{}-", &key[..31]),
        format!("{}é", &key[..30]),
        String::new(),
    ];
    let mut cards = Vec::new();
    for (number, key) in odd.iter().enumerate() {
        let card = stage.person(number);
        let mut user = stage.user(&card);
        user.api_key.clone_from(key);
        stage.old.add(&user).await;
        cards.push(card);
    }
    let report = stage.report(&[], 0).await;
    for card in &cards {
        assert_eq!(report.of(&card.id), ["imported", "active", "not_imported"]);
        assert!(
            report.why(&card.id).contains("32 letters and digits"),
            "{report:?}"
        );
    }
    let server = stage.serve().await;
    for key in odd.iter().filter(|key| !key.is_empty() && key.is_ascii()) {
        assert_eq!(opened_by(&server, key).await, None);
    }
    assert_eq!(stage.ground.database.count("api_keys").await, 0);
}

#[tokio::test]
async fn half_a_token_and_tokens_that_do_not_open_bring_no_link() {
    let mut stage = Stage::new().await;
    let mut users: Vec<User> = (0..5)
        .map(|number| stage.user(&stage.person(number)))
        .collect();
    users[1].refresh = None;
    users[2].access = None;
    users[3].unsealed = true;
    users[4].refresh = Some(String::new());
    for user in &users {
        stage.old.add(user).await;
    }
    let report = stage.report(&[], 0).await;
    let id = |at: usize| users[at].spotify_id.as_deref().unwrap();
    assert_eq!(report.of(id(0)), ["imported", "active", "imported"]);
    for (at, words) in [
        (1, "half a token"),
        (2, "half a token"),
        (3, "do not open"),
        (4, "half a token"),
    ] {
        assert_eq!(
            report.of(id(at)),
            ["imported", "none", "imported"],
            "{report:?}"
        );
        assert!(report.why(id(at)).contains(words), "{report:?}");
    }
    let server = stage.serve().await;
    let status = super::opened_by(&server, &users[1].api_key).await;
    assert!(status.is_some(), "the key is known, and waits for a link");
}

#[tokio::test]
async fn rows_of_nobody_and_without_an_account_are_told_and_left() {
    let mut stage = Stage::new().await;
    let card = stage.person(0);
    let user = stage.user(&card);
    stage.old.add(&user).await;
    let mut nameless = stage.user(&stage.person(1));
    nameless.spotify_id = None;
    stage.old.add(&nameless).await;
    let orphan = "insert into spotify_tokens (user_id, access_token, refresh_token) values ('nobody', 'x', 'y')";
    stage.old.execute(orphan).await;
    for owner in ["nobody", "no-one", &user.user_id] {
        let session = format!(
            "insert into user_sessions (session_id, user_id, api_key) values ('s-{owner}', '{owner}', '{}')",
            user.api_key
        );
        stage.old.execute(&session).await;
    }
    let report = stage.report(&[], 0).await;
    assert_eq!(report.of(&card.id), ["imported", "active", "imported"]);
    assert_eq!(report.of("")[0], "refused");
    let orphans = &report.0["orphans"];
    assert_eq!(
        (&orphans["spotify_tokens"], &orphans["user_sessions"]),
        (&1.into(), &2.into())
    );
    let told = stage.import(&[]).await;
    assert!(
        told.out
            .contains("1 rows of spotify_tokens, 2 rows of user_sessions"),
        "{told:?}"
    );
}
