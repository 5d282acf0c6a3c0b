//! Asking the person before something of theirs is lost (multi round-trip requests, revision 2026-07-28).
//!
//! The question goes to the client with a signed state, which comes back with the answer. The state holds ids and a
//! digest of the arguments, never what a person wrote; it is good for one person, one tool, the same arguments and a
//! few minutes. Clients that cannot ask get the words and repeat the call with `confirm: true`.

use std::{
    collections::BTreeMap,
    fmt,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use base64::Engine;
use moka::sync::Cache;
use rmcp::model::{
    CallToolRequestParams, ClientCapabilities, ElicitRequest, ElicitRequestParams,
    ElicitationSchema, InputRequest, InputRequiredResult, RequestStateCodec, SealOptions,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{
    auth::PersonId,
    clock::{MINUTE, Millis},
};

use super::fault::Fault;

/// How long a question may be answered, in milliseconds.
const OPEN_FOR: Millis = 10 * MINUTE;

/// The most states of which a replica remembers that they were used.
const USED: u64 = 10_000;

/// The name of the question among the requests for input, and of its only field.
const CONFIRM: &str = "confirm";

/// What is about to happen.
#[derive(Debug)]
pub(crate) struct Question {
    /// What would happen, as a sentence for the person: names and numbers.
    pub(crate) what: String,
    /// What it would happen to, such as a playlist's id and snapshot: if that has changed since, the person is asked
    /// again.
    pub(crate) ids: Vec<String>,
}

/// Whether the person agreed.
#[derive(Debug, Default)]
pub(crate) enum Consent {
    /// The client cannot ask; the tool's argument must say it.
    #[default]
    ByArgument,
    /// The client can ask and has not yet.
    CanAsk,
    /// The person agreed to what these ids stand for.
    Given(Vec<String>),
    /// The person refused.
    Refused,
}

impl Consent {
    /// Whether `question` may be done.
    pub(crate) fn to(&self, confirm: Option<bool>, question: Question) -> Result<(), Fault> {
        match self {
            Self::Given(ids) if *ids == question.ids => Ok(()),
            Self::ByArgument if confirm == Some(true) => Ok(()),
            Self::Refused => Err(Fault::Declined),
            Self::ByArgument | Self::CanAsk | Self::Given(_) => Err(Fault::AskFirst(question)),
        }
    }
}

/// Signs the state that travels with a question; the same on every replica.
#[derive(Clone)]
pub struct StateKey([u8; 32]);

impl StateKey {
    /// Takes over 32 secret bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for StateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StateKey(..)")
    }
}

/// Makes and reads the state that travels with a question. A yes counts once: each replica remembers what it has used,
/// for as long as the state would be good.
pub(crate) struct Asker {
    codec: RequestStateCodec,
    questions: AtomicU64,
    used: Cache<Used, ()>,
}

/// A state that a yes was given to: whose, when it ends, its number there, and what was asked for.
type Used = (PersonId, Millis, u64, String);

/// What travels.
#[derive(Debug, Serialize, Deserialize)]
struct State {
    digest: String,
    ids: Vec<String>,
    until: Millis,
    /// Tells equal questions of one moment apart.
    number: u64,
}

impl Asker {
    /// Signs with `key`.
    pub(crate) fn new(key: &StateKey) -> Self {
        Self {
            codec: RequestStateCodec::try_new(key.0)
                .expect("32 bytes are as long as a signing key has to be"),
            questions: AtomicU64::new(0),
            used: Cache::builder()
                .max_capacity(USED)
                .time_to_live(Duration::from_millis(OPEN_FOR.unsigned_abs()))
                .build(),
        }
    }

    /// What the request says about a question that was asked before, and whether one can be asked.
    pub(crate) fn read(
        &self,
        person: PersonId,
        request: &CallToolRequestParams,
        client: Option<&ClientCapabilities>,
        now: Millis,
    ) -> Consent {
        if !client.is_some_and(can_ask) {
            return Consent::ByArgument;
        }
        let answer = request
            .input_responses
            .as_ref()
            .and_then(|answers| answers.get(CONFIRM));
        let (Some(sealed), Some(answer)) = (&request.request_state, answer) else {
            return Consent::CanAsk;
        };
        let whom = person.to_string();
        match self.codec.open_json_with::<State>(sealed, whom.as_bytes()) {
            Ok(state) if state.until > now && state.digest == digest(request) => {
                if !agrees(answer) {
                    Consent::Refused
                } else if self.spend(person, &state) {
                    Consent::Given(state.ids)
                } else {
                    Consent::CanAsk
                }
            }
            // Signed by nobody here, for something else, or too late: the person is asked anew.
            Ok(_) | Err(_) => Consent::CanAsk,
        }
    }

    /// Whether the yes to this state had not been used here.
    fn spend(&self, person: PersonId, state: &State) -> bool {
        let used = (person, state.until, state.number, state.digest.clone());
        self.used.entry(used).or_insert(()).is_fresh()
    }

    /// The question for the client.
    pub(crate) fn ask(
        &self,
        person: PersonId,
        request: &CallToolRequestParams,
        question: Question,
        now: Millis,
    ) -> Option<InputRequiredResult> {
        let state = State {
            digest: digest(request),
            ids: question.ids,
            until: now.saturating_add(OPEN_FOR),
            number: self.questions.fetch_add(1, Ordering::Relaxed),
        };
        let person = person.to_string();
        let options = SealOptions::new().associated_data(person.as_bytes());
        let sealed = self.codec.seal_json_with(&state, &options).ok()?;
        let schema = ElicitationSchema::builder()
            .required_bool(CONFIRM)
            .build()
            .ok()?;
        let form = ElicitRequestParams::FormElicitationParams {
            meta: None,
            message: question.what,
            requested_schema: schema,
        };
        let request = InputRequest::Elicitation(ElicitRequest::new(form));
        let requests = BTreeMap::from([(CONFIRM.to_owned(), request)]);
        Some(InputRequiredResult::new(Some(requests), Some(sealed)))
    }
}

/// Whether the client can show a form; one that names neither form nor address means a form.
fn can_ask(client: &ClientCapabilities) -> bool {
    client
        .elicitation
        .as_ref()
        .is_some_and(|can| can.form.is_some() || can.url.is_none())
}

/// Tool and arguments in a few bytes. Maps are in order of their keys, so equal arguments have equal digests.
fn digest(request: &CallToolRequestParams) -> String {
    let said = serde_json::to_vec(&(&request.name, &request.arguments)).unwrap_or_default();
    let hash = Sha256::digest(&said);
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(hash)
}

/// The form was accepted, and with a yes.
fn agrees(answer: &Value) -> bool {
    answer["action"] == "accept" && answer["content"][CONFIRM] == true
}
