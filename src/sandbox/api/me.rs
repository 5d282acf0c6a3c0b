//! `GET /me`: who the token's person is. It knows nothing of what they listen to.

use serde_json::{Value, json};

use axum::Json;

use super::{call::Call, refusal::Refusal, shapes::open_url};

/// The current person, without the removed `country`, `email`, `explicit_content`, `followers` and `product`.
pub(super) async fn me(call: Call) -> Result<Json<Value>, Refusal> {
    let person = call.person().ok_or_else(Refusal::not_found)?;
    let id = &person.id;
    Ok(Json(json!({
        "account_id": person.account_id,
        "display_name": person.display_name,
        "external_urls": open_url("user", id),
        "href": format!("{}/v1/users/{id}", call.sandbox.origin),
        "id": id,
        "images": [],
        "type": "user",
        "uri": format!("spotify:user:{id}"),
    })))
}
