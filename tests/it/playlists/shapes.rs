//! One full answer of each tool, as a client gets it.

use serde_json::{Value, json};

use super::stage::Home;
use crate::harness::Setup;

#[tokio::test]
async fn answers_look_like_this() {
    let setup = Setup::default().with("TOOLSETS", "core,curation");
    let home = Home::of(0, setup).await;
    let (one, fifty) = (home.playlist("Just one"), home.playlist("Fifty"));
    let track = home.rows(&fifty).remove(0);
    let wishes: [(&str, Value); 7] = [
        (
            "update_playlist",
            json!({"playlist": one.id, "name": "Only one", "public": false}),
        ),
        (
            "replace_playlist_items",
            json!({"playlist": one.id, "items": [track]}),
        ),
        (
            "remove_from_playlist",
            json!({"playlist": fifty.id, "positions": [0, 1, 49]}),
        ),
        (
            "reorder_playlist",
            json!({"playlist": fifty.id, "move": {"from": 3, "count": 2, "to": 0}}),
        ),
        (
            "set_playlist_cover",
            json!({"playlist": one.id, "image_base64": super::covering::picture()}),
        ),
        (
            "transform_playlist",
            json!({"sources": [one.id], "op": "shuffle", "options": {"seed": 7}}),
        ),
        (
            "delete_playlist",
            json!({"playlist": one.id, "confirm": true}),
        ),
    ];
    for (tool, wish) in wishes {
        let result = home.client.call(tool, wish).await;
        insta::assert_json_snapshot!(tool, result);
    }
    assert_eq!(home.writes().len(), 5);
}
