//! The sandbox against Spotify's own description of its Web API, which is Spotify's and not kept in this
//! repository: `SPOTIFY_OPENAPI` names a copy. Where the description is behind the announced changes, the lists
//! below say so.

use std::{collections::BTreeSet, fs};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::{Method, StatusCode};
use serde_json::{Map, Value, json};

use super::{Spotify, items};

/// Fields that Spotify removed for new apps in February 2026; the description still has them. They must not come.
const REMOVED: [(&str, &[&str]); 9] = [
    (
        "SimplifiedTrackObject",
        &["available_markets", "linked_from"],
    ),
    (
        "TrackObject",
        &["available_markets", "linked_from", "popularity"],
    ),
    ("AlbumBase", &["available_markets"]),
    ("AlbumObject", &["label", "popularity"]),
    ("ArtistDiscographyAlbumObject", &["album_group"]),
    ("ArtistObject", &["followers", "popularity"]),
    ("ShowBase", &["available_markets", "publisher"]),
    ("AudiobookBase", &["available_markets", "publisher"]),
    (
        "PrivateUserObject",
        &[
            "country",
            "email",
            "explicit_content",
            "followers",
            "product",
        ],
    ),
];

/// Values that are `null` in practice although the description does not say so; `items[]` is an entry of the list.
const NULLS: [(&str, &str); 14] = [
    ("PlaylistTrackObject", "added_at"),
    ("PlaylistTrackObject", "added_by"),
    ("PlaylistTrackObject", "item"),
    ("PagingPlaylistTrackObject", "items[]"),
    ("PagingPlaylistObject", "items[]"),
    ("PlaylistObject", "images"),
    ("SimplifiedPlaylistObject", "images"),
    ("CurrentlyPlayingContextObject", "item"),
    ("CurrentlyPlayingContextObject", "context"),
    ("PlayHistoryObject", "context"),
    ("QueueObject", "currently_playing"),
    ("CursorPagingObject", "next"),
    ("CursorPagingObject", "cursors"),
    ("CursorObject", "after"),
];

#[tokio::test]
async fn every_simulated_answer_agrees_with_the_description() {
    let Some(description) = Description::read() else {
        return;
    };
    let spotify = Spotify::start().await;
    let mut seen = BTreeSet::new();
    for call in calls(&spotify).await {
        for at in call.by {
            let operation = description.operation(&call);
            let token = spotify.token(*at);
            let mut request = spotify.call(call.method.clone(), &token, &call.path);
            request = match &call.body {
                Some(Value::String(image)) => request
                    .header("content-type", "image/jpeg")
                    .body(image.clone()),
                Some(body) => request.json(body),
                None => request.header("content-length", "0"),
            };
            let (status, body) = super::read(request.send().await.unwrap()).await;
            assert!(status.is_success(), "{}: {status} {body}", call.path);
            description.check(operation, status, &call, &without_local_files(body));
        }
        seen.insert(format!("{} {}", call.method, call.template));
    }
    let today = description.operations(false);
    let missing: Vec<&String> = today.difference(&seen).collect();
    assert!(missing.is_empty(), "not simulated: {missing:?}");
}

#[tokio::test]
async fn what_the_description_calls_deprecated_is_gone() {
    let Some(description) = Description::read() else {
        return;
    };
    let spotify = Spotify::start().await;
    let token = spotify.token(0);
    for operation in description.operations(true) {
        let (method, template) = operation.split_once(' ').unwrap();
        let path = template.replace(['{', '}'], "");
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let response = spotify
            .call(method, &token, &path)
            .header("content-length", "0")
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{operation}");
    }
}

/// One call of a simulated endpoint.
struct Call {
    method: Method,
    /// The path as the description writes it.
    template: &'static str,
    path: String,
    body: Option<Value>,
    /// Who may make it, by their places among the people made by hand.
    by: &'static [usize],
}

impl Call {
    fn by(self, by: &'static [usize]) -> Self {
        Self { by, ..self }
    }
}

fn get(template: &'static str, id: &str, query: &str) -> Call {
    let start = template.find('{').unwrap_or(template.len());
    let end = template.find('}').map_or(template.len(), |end| end + 1);
    let path = format!("{}{id}{}{query}", &template[..start], &template[end..]);
    Call {
        method: Method::GET,
        template,
        path,
        body: None,
        by: &[0, 1, 5, 6, 7],
    }
}

/// Every endpoint that the sandbox simulates, with as many of its parameters as it knows.
async fn calls(spotify: &Spotify) -> Vec<Call> {
    let token = spotify.token(0);
    let kinds = "track,album,artist,playlist,show,episode,audiobook";
    let found = spotify
        .ok(&token, &format!("/search?q=the&type={kinds}&limit=10"))
        .await;
    let id = |kind: &str| items(&found[kind])[0]["id"].as_str().unwrap().to_owned();
    let (show, book) = (id("shows"), id("audiobooks"));
    let artist = items(&spotify.ok(&token, "/search?q=genre:folk&type=artist").await["artists"])[0]
        ["id"]
        .clone();
    let artist = artist.as_str().unwrap();
    let track =
        items(&spotify.ok(&token, "/search?q=track:night&type=track").await["tracks"])[0].clone();
    let (track_id, album) = (
        track["id"].as_str().unwrap(),
        track["album"]["id"].as_str().unwrap(),
    );
    let episode =
        items(&spotify.ok(&token, &format!("/shows/{show}/episodes")).await)[0]["id"].clone();
    let chapter = items(
        &spotify
            .ok(&token, &format!("/audiobooks/{book}/chapters"))
            .await,
    )[0]["id"]
        .clone();
    let listed = spotify.ok(&spotify.token(1), "/me/playlists").await;
    let shared = items(&listed)
        .iter()
        .find(|playlist| playlist["collaborative"] == true)
        .unwrap()["id"]
        .clone();
    let shared = shared.as_str().unwrap();
    let own = items(&spotify.ok(&token, "/me/playlists").await)[6]["id"].clone();
    let own = own.as_str().unwrap();
    let whole = "?additional_types=track,episode";
    let mut calls = vec![
        get("/me", "", ""),
        get(
            "/search",
            "",
            &format!("?q=night&type={kinds}&market=SE&limit=10&offset=2&include_external=audio"),
        ),
        get("/search", "", &format!("?q=the&type={kinds}&limit=10")),
        get("/tracks/{id}", track_id, "?market=SE"),
        get("/albums/{id}", album, "?market=SE"),
        get("/albums/{id}/tracks", album, "?market=SE&limit=3&offset=1"),
        get("/artists/{id}", artist, ""),
        get(
            "/artists/{id}/albums",
            artist,
            "?include_groups=album,single&market=SE&limit=10&offset=0",
        ),
        get("/shows/{id}", &show, "?market=SE"),
        get("/shows/{id}/episodes", &show, "?market=SE&limit=5&offset=5"),
        get("/episodes/{id}", episode.as_str().unwrap(), "?market=SE"),
        get("/audiobooks/{id}", &book, "?market=US"),
        get(
            "/audiobooks/{id}/chapters",
            &book,
            "?market=US&limit=2&offset=1",
        ),
        get("/chapters/{id}", chapter.as_str().unwrap(), "?market=US"),
        get(
            "/me/library/contains",
            "",
            &format!("?uris=spotify:track:{track_id},spotify:album:{album}"),
        ),
        get(
            "/playlists/{playlist_id}",
            shared,
            "?market=SE&additional_types=track,episode",
        ),
        get("/playlists/{playlist_id}", own, whole),
        get("/playlists/{playlist_id}/images", own, ""),
        get("/playlists/{playlist_id}/items", own, whole).by(&[0]),
        get(
            "/playlists/{playlist_id}/items",
            shared,
            "?market=SE&limit=50&offset=1",
        )
        .by(&[1]),
    ];
    calls.extend(lists());
    calls.extend(writes(own, &track["uri"]));
    let device = spotify.control.devices(&spotify.person(0).id)[0].clone();
    let uri = track["uri"].as_str().unwrap();
    calls.extend(commands(&device.id.unwrap(), uri));
    let images = "/playlists/{playlist_id}/images";
    let mut cover = send(
        Method::PUT,
        images,
        &images.replace("{playlist_id}", own),
        None,
    );
    cover.body = Some(Value::String(STANDARD.encode([0xff, 0xd8, 0xff, 0xe0])));
    calls.push(cover);
    calls
}

fn lists() -> Vec<Call> {
    vec![
        get("/me/tracks", "", "?market=SE&limit=50&offset=0"),
        get("/me/albums", "", "?limit=5&offset=1&market=SE"),
        get("/me/shows", "", "?limit=5&offset=0"),
        get("/me/episodes", "", "?market=SE&limit=5&offset=0"),
        get("/me/audiobooks", "", "?limit=5&offset=0"),
        get("/me/following", "", "?type=artist&limit=5"),
        get(
            "/me/top/{type}",
            "tracks",
            "?time_range=short_term&limit=5&offset=0",
        ),
        get(
            "/me/top/{type}",
            "artists",
            "?time_range=long_term&limit=5&offset=0",
        ),
        get("/me/playlists", "", "?limit=50&offset=0"),
        get(
            "/me/player",
            "",
            "?market=SE&additional_types=track,episode",
        ),
        get("/me/player/devices", "", ""),
        get(
            "/me/player/currently-playing",
            "",
            "?market=SE&additional_types=track,episode",
        ),
        get("/me/player/queue", "", ""),
        get(
            "/me/player/recently-played",
            "",
            "?limit=50&before=1795176000000",
        ),
        get("/me/player/recently-played", "", "?limit=5&after=0"),
    ]
}

fn writes(own: &str, uri: &Value) -> Vec<Call> {
    let items = || format!("/playlists/{own}/items");
    let library = || format!("/me/library?uris={}", uri.as_str().unwrap());
    let items_template = "/playlists/{playlist_id}/items";
    let new = json!({"name": "New", "public": false, "collaborative": false, "description": "x"});
    let details =
        json!({"name": "Newer", "public": true, "collaborative": false, "description": "y"});
    vec![
        send(Method::POST, "/me/playlists", "/me/playlists", Some(new)).by(&[0, 1]),
        send(
            Method::POST,
            items_template,
            &items(),
            Some(json!({"uris": [uri], "position": 0})),
        ),
        send(
            Method::PUT,
            items_template,
            &items(),
            Some(json!({"range_start": 0, "insert_before": 3, "range_length": 2})),
        ),
        send(
            Method::DELETE,
            items_template,
            &items(),
            Some(json!({"items": [{"uri": uri}]})),
        ),
        send(
            Method::PUT,
            items_template,
            &items(),
            Some(json!({"uris": [uri]})),
        ),
        send(
            Method::PUT,
            "/playlists/{playlist_id}",
            &format!("/playlists/{own}"),
            Some(details),
        ),
        send(Method::PUT, "/me/library", &library(), None),
        send(Method::DELETE, "/me/library", &library(), None),
    ]
}

/// Every command of the player, in an order in which each is allowed.
fn commands(device: &str, uri: &str) -> Vec<Call> {
    let on = |rest: &str| format!("{rest}device_id={device}");
    let transfer = json!({"device_ids": [device], "play": true});
    let play = json!({"uris": [uri, uri], "offset": {"position": 0}, "position_ms": 0});
    let player = |method, template: &'static str, query: &str, body| {
        send(method, template, &format!("{template}{query}"), body)
    };
    vec![
        player(Method::PUT, "/me/player", "", Some(transfer)),
        player(Method::PUT, "/me/player/play", &on("?"), Some(play)),
        player(Method::PUT, "/me/player/pause", &on("?"), None),
        player(
            Method::POST,
            "/me/player/queue",
            &on(&format!("?uri={uri}&")),
            None,
        ),
        player(Method::POST, "/me/player/next", &on("?"), None),
        player(Method::POST, "/me/player/previous", &on("?"), None),
        player(Method::PUT, "/me/player/seek", &on("?position_ms=5&"), None),
        player(
            Method::PUT,
            "/me/player/repeat",
            &on("?state=context&"),
            None,
        ),
        player(Method::PUT, "/me/player/shuffle", &on("?state=true&"), None),
        player(
            Method::PUT,
            "/me/player/volume",
            &on("?volume_percent=7&"),
            None,
        ),
    ]
}

fn send(method: Method, template: &'static str, path: &str, body: Option<Value>) -> Call {
    Call {
        method,
        template,
        path: path.to_owned(),
        body,
        by: &[0],
    }
}

/// Files on the person's own machine are tracks without nearly everything that a track must have.
fn without_local_files(mut body: Value) -> Value {
    let pages = ["/items", "/items/items"];
    for page in pages {
        if let Some(Value::Array(rows)) = body.pointer_mut(page) {
            rows.retain(|row| row["is_local"] != true || row.get("item").is_none());
        }
    }
    body
}

/// Spotify's description, made ready for checking.
struct Description(Value);

impl Description {
    /// The document that `SPOTIFY_OPENAPI` names. Without it the check is skipped aloud, and under CI it fails.
    #[expect(
        clippy::disallowed_methods,
        reason = "a test has no configuration to read this from"
    )]
    fn read() -> Option<Self> {
        let Ok(path) = std::env::var("SPOTIFY_OPENAPI") else {
            assert!(
                std::env::var("CI").is_err(),
                "SPOTIFY_OPENAPI must name Spotify's OpenAPI document in CI"
            );
            eprintln!("SKIPPED: SPOTIFY_OPENAPI does not name Spotify's OpenAPI document");
            return None;
        };
        let text = fs::read_to_string(&path).expect("SPOTIFY_OPENAPI names a readable file");
        let mut document: Value =
            serde_saphyr::from_str(&text).expect("SPOTIFY_OPENAPI names a YAML file");
        document = translate(document);
        for (schema, fields) in REMOVED {
            forbid(&mut document["components"]["schemas"][schema], fields);
        }
        for (schema, property) in NULLS {
            let found = allow_null(&mut document["components"]["schemas"][schema], property);
            assert!(found, "{schema} has no {property}");
        }
        Some(Self(document))
    }

    /// The names of all operations, such as `GET /me`, either deprecated or not.
    fn operations(&self, deprecated: bool) -> BTreeSet<String> {
        let paths = self.0["paths"].as_object().unwrap();
        let named = |(path, operations): (&String, &Value)| {
            let wanted = |method: &&str| {
                let operation = &operations[*method];
                operation.is_object() && (operation["deprecated"] == true) == deprecated
            };
            let names: Vec<String> = ["get", "put", "post", "delete"]
                .into_iter()
                .filter(wanted)
                .map(|method| format!("{} {path}", method.to_uppercase()))
                .collect();
            names
        };
        paths.iter().flat_map(named).collect()
    }

    /// The operation of a call: it exists, is not deprecated and has every parameter that the call has.
    fn operation(&self, call: &Call) -> &Value {
        let operation = &self.0["paths"][call.template][call.method.as_str().to_lowercase()];
        assert!(
            operation.is_object(),
            "{} {} is not described",
            call.method,
            call.template
        );
        assert_ne!(
            operation["deprecated"], true,
            "{} {}",
            call.method, call.template
        );
        let known: Vec<&Value> = operation["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|parameter| self.resolve(parameter))
            .filter(|parameter| parameter["in"] == "query")
            .map(|parameter| &parameter["name"])
            .collect();
        let (_, query) = call.path.split_once('?').unwrap_or_default();
        for (name, _) in url::form_urlencoded::parse(query.as_bytes()) {
            assert!(
                known.iter().any(|known| **known == *name),
                "{} has no parameter {name}",
                call.template
            );
        }
        operation
    }

    /// Whether an answer has the shape that the operation promises for its status.
    fn check(&self, operation: &Value, status: StatusCode, call: &Call, body: &Value) {
        let answers = &operation["responses"];
        let Some(answer) = answers.get(status.as_str()) else {
            // The description forgets that nothing may be playing.
            assert_eq!(
                status,
                StatusCode::NO_CONTENT,
                "{} does not promise {status}",
                call.template
            );
            return;
        };
        let schema = &self.resolve(answer)["content"]["application/json"]["schema"];
        if schema.is_null() {
            return;
        }
        let mut root = schema.as_object().cloned().unwrap();
        root.insert("components".to_owned(), self.0["components"].clone());
        let validator = jsonschema::validator_for(&Value::Object(root)).unwrap();
        let faults: Vec<String> = validator
            .iter_errors(body)
            .take(5)
            .map(|fault| format!("{} {}", fault.instance_path(), fault.schema_path()))
            .collect();
        assert!(
            faults.is_empty(),
            "{} {}:\n{}",
            call.method,
            call.path,
            faults.join("\n")
        );
    }

    fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str() {
            Some(reference) => self.0.pointer(reference.trim_start_matches('#')).unwrap(),
            None => value,
        }
    }
}

/// From `OpenAPI` 3.0 to JSON Schema: `nullable` becomes a type, and what is Spotify's own goes.
fn translate(value: Value) -> Value {
    match value {
        Value::Array(list) => list.into_iter().map(translate).collect(),
        Value::Object(object) => {
            let nullable = object.get("nullable") == Some(&Value::Bool(true));
            let translated: Map<String, Value> = object
                .into_iter()
                .filter(|(name, _)| {
                    !name.starts_with("x-") && name != "discriminator" && name != "example"
                })
                .map(|(name, value)| (name, translate(value)))
                .collect();
            let translated = Value::Object(translated);
            if nullable {
                or_null(&translated)
            } else {
                translated
            }
        }
        other => other,
    }
}

fn or_null(schema: &Value) -> Value {
    json!({"anyOf": [schema, {"type": "null"}]})
}

/// Forbids fields in a schema and in the members of its `allOf`.
fn forbid(schema: &mut Value, fields: &[&str]) {
    if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
        required.retain(|name| !fields.iter().any(|field| name == field));
    }
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        for field in fields {
            properties.insert((*field).to_owned(), Value::Bool(false));
        }
    }
    for member in schema
        .get_mut("allOf")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        forbid(member, fields);
    }
}

/// Lets a property be null, wherever the schema or a member of its `allOf` has it. Gives whether any has.
fn allow_null(schema: &mut Value, property: &str) -> bool {
    let pointer = match property.strip_suffix("[]") {
        Some(list) => format!("/properties/{list}/items"),
        None => format!("/properties/{property}"),
    };
    if let Some(found) = schema.pointer_mut(&pointer) {
        *found = or_null(found);
        return true;
    }
    let members = schema.get_mut("allOf").and_then(Value::as_array_mut);
    members
        .into_iter()
        .flatten()
        .any(|member| allow_null(member, property))
}
