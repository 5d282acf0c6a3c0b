//! THE EDGE: what every request passes before and after its handler. Knows credentials, no tool and no page.

mod challenge;
mod cors;
mod credential;
mod envelope;
mod health;
mod layers;
mod limited;
mod serve;
mod source;
mod step_up;
mod tls;

pub use challenge::Resource;
pub use cors::{open_to, open_to_all};
pub use credential::{Edge, narrow_to_reading, require_bearer, require_link_key};
pub use envelope::error;
pub use health::{Readiness, health, readyz};
pub use layers::{deadline, framed};
pub use limited::{keep_pace, limit_logins};
pub use serve::{Limits, serve};
pub use source::note_source;
pub use step_up::{Needs, StepUp, step_up};
pub use tls::{Tls, TlsFault};
