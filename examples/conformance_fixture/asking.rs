//! Fixtures that ask the client something before they answer (multi round-trip requests, revision 2026-07-28).

use std::collections::BTreeMap;

use rmcp::{
    ErrorData, RoleServer,
    model::{
        CallToolRequestParams, CallToolResponse, CallToolResult, ClientCapabilities, ContentBlock,
        GetPromptRequestParams, GetPromptResponse, GetPromptResult, InputRequest, InputRequests,
        InputRequiredResult, InputResponses, PromptMessage, RequestStateCodec, Role,
    },
    service::RequestContext,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The only prompt that asks.
pub(crate) const PROMPT: &str = "test_input_required_result_prompt";

/// What each tool asks, round by round: the name of the question and the question.
const TOOLS: [(&str, &[&[Question]]); 10] = [
    (
        "test_missing_capability",
        &[&[("capital_question", CAPITAL)]],
    ),
    ("test_streaming_elicitation", &[&[("user_name", NAME)]]),
    (
        "test_input_required_result_elicitation",
        &[&[("user_name", NAME)]],
    ),
    (
        "test_input_required_result_sampling",
        &[&[("capital_question", CAPITAL)]],
    ),
    (
        "test_input_required_result_list_roots",
        &[&[("client_roots", ROOTS)]],
    ),
    (
        "test_input_required_result_request_state",
        &[&[("confirm", CONFIRM)]],
    ),
    (
        "test_input_required_result_multiple_inputs",
        &[&[
            ("user_name", NAME),
            ("greeting", CAPITAL),
            ("client_roots", ROOTS),
        ]],
    ),
    (
        "test_input_required_result_multi_round",
        &[&[("step1", NAME)], &[("step2", COLOUR)]],
    ),
    (
        "test_input_required_result_tampered_state",
        &[&[("confirm", CONFIRM)]],
    ),
    (
        "test_input_required_result_capabilities",
        &[&[("user_name", NAME), ("capital_question", CAPITAL)]],
    ),
];

/// Those that answer also when the state does not come back.
const STATELESS: [&str; 3] = [
    "test_input_required_result_elicitation",
    "test_input_required_result_sampling",
    "test_input_required_result_list_roots",
];

/// A question's name and kind.
type Question = (&'static str, Kind);

#[derive(Clone, Copy)]
enum Kind {
    Form {
        message: &'static str,
        field: &'static str,
        of: &'static str,
    },
    Sampling(&'static str),
    Roots,
}

const NAME: Kind = Kind::Form {
    message: "What is your name?",
    field: "name",
    of: "string",
};
const COLOUR: Kind = Kind::Form {
    message: "What is your favorite color?",
    field: "color",
    of: "string",
};
const CONTEXT: Kind = Kind::Form {
    message: "What context should the prompt use?",
    field: "context",
    of: "string",
};
const CONFIRM: Kind = Kind::Form {
    message: "Please confirm",
    field: "ok",
    of: "boolean",
};
const CAPITAL: Kind = Kind::Sampling("What is the capital of France?");
const ROOTS: Kind = Kind::Roots;

impl Kind {
    /// The capability that a client must declare to be asked this.
    fn capability(self) -> &'static str {
        match self {
            Self::Form { .. } => "elicitation",
            Self::Sampling(_) => "sampling",
            Self::Roots => "roots",
        }
    }

    fn request(self) -> Value {
        match self {
            Self::Form { message, field, of } => {
                json!({ "method": "elicitation/create", "params": {
                    "message": message,
                    "requestedSchema": { "type": "object", "properties": { field: { "type": of } }, "required": [field] },
                }})
            }
            Self::Sampling(question) => json!({ "method": "sampling/createMessage", "params": {
                "messages": [{ "role": "user", "content": { "type": "text", "text": question } }], "maxTokens": 100,
            }}),
            Self::Roots => json!({ "method": "roots/list", "params": {} }),
        }
    }

    fn is_answered_by(self, answer: &Value) -> bool {
        match self {
            Self::Form { field, .. } => {
                answer["action"] == "accept" && !answer["content"][field].is_null()
            }
            Self::Sampling(_) => answer["content"].is_object() || answer["content"].is_array(),
            Self::Roots => answer["roots"].is_array(),
        }
    }
}

/// Whether the tool of that name asks.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    TOOLS.into_iter().map(|(name, _)| name)
}

/// Asks, and reads what comes back.
pub(crate) struct Asking {
    codec: RequestStateCodec,
}

/// What travels with a question, signed.
#[derive(Serialize, Deserialize)]
struct State {
    name: String,
    round: usize,
}

/// What is to be done with a request.
enum Step {
    Ask(InputRequiredResult),
    Answered,
}

impl Asking {
    pub(crate) fn new() -> Self {
        let codec = RequestStateCodec::try_new([7; 32]);
        Self {
            codec: codec.expect("32 bytes are as long as a signing key has to be"),
        }
    }

    /// The response of a tool that asks; `None` for one that does not.
    pub(crate) fn call(
        &self,
        request: &CallToolRequestParams,
        context: &RequestContext<RoleServer>,
    ) -> Result<Option<CallToolResponse>, ErrorData> {
        let Some((name, rounds)) = TOOLS.into_iter().find(|(name, _)| request.name == *name) else {
            return Ok(None);
        };
        let declared = context.meta.client_capabilities().unwrap_or_default();
        let declared = serde_json::to_value(declared).unwrap_or_default();
        let fitting: Vec<Vec<Question>> = rounds
            .iter()
            .map(|round| fitting(round, &declared))
            .collect();
        if fitting[0].is_empty() {
            let lacking = json!({ rounds[0][0].1.capability(): {} });
            let lacking: ClientCapabilities = read(lacking)?;
            return Err(ErrorData::missing_required_client_capability(lacking));
        }
        let step = self.step(
            name,
            &fitting,
            request.request_state.as_deref(),
            request.input_responses.as_ref(),
        )?;
        Ok(Some(match step {
            Step::Ask(asked) => asked.into(),
            Step::Answered => {
                let said = serde_json::to_string(&request.input_responses).unwrap_or_default();
                CallToolResult::success(vec![ContentBlock::text(format!("state-ok: {said}"))])
                    .into()
            }
        }))
    }

    /// The response of the prompt that asks; `None` for any other.
    pub(crate) fn prompt(
        &self,
        request: &GetPromptRequestParams,
    ) -> Result<Option<GetPromptResponse>, ErrorData> {
        if request.name != PROMPT {
            return Ok(None);
        }
        let rounds = [vec![("user_context", CONTEXT)]];
        let step = self.step(
            PROMPT,
            &rounds,
            request.request_state.as_deref(),
            request.input_responses.as_ref(),
        )?;
        Ok(Some(match step {
            Step::Ask(asked) => asked.into(),
            Step::Answered => {
                let message =
                    PromptMessage::new_text(Role::User, "Use the context that was given.");
                GetPromptResult::new(vec![message]).into()
            }
        }))
    }

    fn step(
        &self,
        name: &str,
        rounds: &[Vec<Question>],
        state: Option<&str>,
        answers: Option<&InputResponses>,
    ) -> Result<Step, ErrorData> {
        let round = match state {
            None if STATELESS.contains(&name) => 0,
            None => return self.ask(name, rounds, 0),
            Some(sealed) => match self.codec.open_json::<State>(sealed) {
                Ok(state) if state.name == name && state.round < rounds.len() => state.round,
                Ok(_) | Err(_) => {
                    return Err(ErrorData::invalid_params("requestState is not ours", None));
                }
            },
        };
        let answered = |(key, kind): &Question| {
            answers
                .and_then(|answers| answers.get(*key))
                .is_some_and(|answer| kind.is_answered_by(answer))
        };
        if !rounds[round].iter().all(answered) {
            return self.ask(name, rounds, round);
        }
        if round + 1 < rounds.len() {
            return self.ask(name, rounds, round + 1);
        }
        Ok(Step::Answered)
    }

    fn ask(&self, name: &str, rounds: &[Vec<Question>], round: usize) -> Result<Step, ErrorData> {
        let mut requests: InputRequests = BTreeMap::new();
        for (key, kind) in &rounds[round] {
            requests.insert((*key).to_owned(), read::<InputRequest>(kind.request())?);
        }
        let state = State {
            name: name.to_owned(),
            round,
        };
        let sealed = self
            .codec
            .seal_json(&state)
            .map_err(|fault| ErrorData::internal_error(fault.to_string(), None))?;
        Ok(Step::Ask(InputRequiredResult::new(
            Some(requests),
            Some(sealed),
        )))
    }
}

/// Those questions that the client can be asked.
fn fitting(round: &[Question], declared: &Value) -> Vec<Question> {
    let can = |(_, kind): &&Question| declared[kind.capability()].is_object();
    round.iter().filter(can).copied().collect()
}

/// What a fixture is written as, as the library's type.
pub(crate) fn read<T: for<'de> Deserialize<'de>>(written: Value) -> Result<T, ErrorData> {
    serde_json::from_value(written)
        .map_err(|fault| ErrorData::internal_error(fault.to_string(), None))
}
