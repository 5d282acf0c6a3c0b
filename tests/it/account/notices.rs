//! `/privacy` and `/terms`: on the way of everybody who connects, exact, and replaceable by the operator.

use auxcord::web::{Notices, Prose};

use crate::{
    harness::TestApp,
    web::{stage::Stage, visitor::Visitor},
};

#[tokio::test]
async fn every_page_leads_to_the_account_to_privacy_and_to_terms() {
    let stage = Stage::on_https().await;
    let mut visitor = stage.visitor();
    for path in [
        "/",
        "/auth/login",
        "/account",
        "/privacy",
        "/terms",
        "/auth/callback",
    ] {
        let page = visitor.get(path).await;
        assert_eq!(
            page.attributes_of("footer a", "href"),
            ["/account", "/privacy", "/terms"],
            "{path}"
        );
    }
    for path in ["/", "/auth/login"] {
        let page = visitor.get(path).await;
        let links = page.attributes_of("main a", "href");
        for notice in ["/privacy", "/terms", "/account"] {
            assert!(links.iter().any(|link| link == notice), "{path} {notice}");
        }
    }
}

#[tokio::test]
async fn privacy_says_what_is_kept_how_long_who_sees_it_and_how_to_leave() {
    let stage = Stage::on_https().await;
    let page = stage.visitor().get("/privacy").await;
    assert_eq!(page.status, 200);
    assert_eq!(page.text_of("h1"), "Privacy");
    assert_eq!(page.texts_of(".kept li").len(), 8);
    let text = page.text_of("main");
    for fact in [
        "display name",
        "encrypted",
        "after 180 days in any case",
        "30 days after it was last here",
        "three days after that",
        "under a random name",
        "Who sees it",
        "Cookies",
        "How to leave",
        "https://music.example/auth/revoke",
    ] {
        assert!(text.contains(fact), "{fact}");
    }
}

#[tokio::test]
async fn terms_say_what_who_connects_agrees_to() {
    let stage = Stage::on_https().await;
    let page = stage.visitor().get("/terms").await;
    assert_eq!(page.status, 200);
    assert_eq!(page.text_of("h1"), "Terms");
    let text = page.text_of("main");
    for fact in ["no warranty", "Spotify's own terms", "How it ends"] {
        assert!(text.contains(fact), "{fact}");
    }
}

#[tokio::test]
async fn the_operators_words_are_shown_as_they_stand_and_never_run() {
    let text = "First line\nsecond line\n\n# What <b>we</b> do\nAfter it\r\n\r\n\n<script>alert(1)</script>\n  # spaced  \n#none\n";
    let stage = Stage::with_notices(Notices {
        privacy: Some(Prose::parse(text)),
        terms: None,
    })
    .await;
    let mut visitor: Visitor = stage.visitor();
    let page = visitor.get("/privacy").await;
    assert_eq!(page.text_of("h1"), "Privacy");
    assert_eq!(page.texts_of("h2"), ["What <b>we</b> do", "spaced"]);
    assert_eq!(
        page.texts_of("main p"),
        [
            "First line second line",
            "After it",
            "<script>alert(1)</script>",
            "#none"
        ]
    );
    assert!(page.texts_of("script, h2 b").is_empty());
    let page = visitor.get("/terms").await;
    assert!(
        page.text_of("main").contains("no warranty"),
        "the other is ours"
    );
}

#[tokio::test]
async fn the_operators_files_are_read_at_start_and_one_that_cannot_be_read_refuses_it() {
    let mut app = TestApp::start().await;
    for (variable, path) in [("PRIVACY_FILE", "/privacy"), ("TERMS_FILE", "/terms")] {
        let file = app.database.folder.path().join("words.txt");
        std::fs::write(&file, "# Ours\nWe keep <nothing>.\n").unwrap();
        app.restart_with(variable, file.to_str().unwrap())
            .await
            .unwrap();
        let page = app.browser().get(path).await;
        assert_eq!(page.text_of("main h2"), "Ours");
        assert_eq!(page.text_of("main h2 + p"), "We keep <nothing>.");

        let beside = |name: &str| app.database.folder.path().join(name);
        std::fs::write(beside("blank.txt"), "  \n").unwrap();
        std::fs::write(beside("latin1.txt"), b"caf\xe9").unwrap();
        let bad = ["blank.txt", "latin1.txt", "missing.txt"].map(beside);
        for bad in &bad {
            let bad = bad.to_str().unwrap();
            let refused = app.restart_with(variable, bad).await.unwrap_err();
            let told = refused.to_string();
            assert!(told.contains(variable) && told.contains(bad), "{told}");
            assert!(refused.hint().contains("UTF-8"));
        }
        app.environment.remove(variable);
    }
}
