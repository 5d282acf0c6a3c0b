//! THE EDGE: what every request passes before and after its handler. Knows credentials, no tool and no page.

mod addressed;
mod challenge;
mod cors;
mod credential;
mod envelope;
mod gate;
mod health;
mod layers;
mod limited;
mod narrow;
mod serve;
mod source;
mod step_up;
mod tls;

pub use addressed::{Addressed, addressed};
pub use challenge::Resource;
pub use cors::{open_to, open_to_all};
pub use credential::{Edge, require_bearer};
pub use envelope::error;
pub use gate::{Gate, LinkGate, enter, enter_by_link_key};
pub use health::{Readiness, health, readyz};
pub use layers::{deadline, framed};
pub use limited::limit_logins;
pub use narrow::ToolNames;
pub use serve::{Limits, serve};
pub use source::note_source;
pub use step_up::{Needs, StepUp};
pub use tls::{Tls, TlsFault};
