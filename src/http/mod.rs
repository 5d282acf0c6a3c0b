//! THE EDGE: what every request passes before and after its handler. Knows credentials, no tool and no page.

mod credential;
mod envelope;
mod health;
mod layers;
mod serve;
mod tls;

pub use credential::{Edge, narrow_to_reading, require_api_key, require_link_key};
pub use envelope::error;
pub use health::{Readiness, health, readyz};
pub use layers::{deadline, framed};
pub use serve::{Limits, serve};
pub use tls::{Tls, TlsFault};
