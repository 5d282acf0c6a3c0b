//! One tool call from its name to its result. Every tool passes here, so that finding, checking, answering and
//! logging are the same for all.

use rmcp::{
    ErrorData,
    model::{CallToolRequestParams, CallToolResponse, CallToolResult, JsonObject},
};

use crate::auth::{Caller, Credential};

use super::{
    answer::Answer,
    ask::{Consent, Question},
    fault::{Fault, Scene},
    reconnect::Reconnect,
    registry::{self, Absent, Entry},
    server::Shared,
    text,
    tools::{Context, Request},
    visit::{self, Visit},
};

/// What a client has to put to its person before there is a result.
enum Put {
    /// Whether something may be done.
    Question(Question),
    /// An address.
    Visit(Visit),
}

/// Calls the tool that `asked` names for `caller`. `request` is what else the request says.
///
/// # Errors
/// Invalid params for a tool that does not exist. Everything else that can go wrong is a result that the model can
/// read.
pub(super) async fn call(
    shared: &Shared,
    caller: &Caller,
    asked: &CallToolRequestParams,
    request: Request,
) -> Result<CallToolResponse, ErrorData> {
    let given = asked.arguments.clone().unwrap_or_default();
    match answer(shared, caller, &asked.name, given, request).await? {
        Ok(result) => Ok(result.into()),
        // Only a client that can ask its person gets here with a question, or with an address.
        Err(Put::Visit(visit)) => Ok(visit::returned(visit).into()),
        Err(Put::Question(question)) => {
            let now = shared.deps.clock.now();
            let asking = shared.asker.ask(caller.person, asked, question, now);
            asking
                .map(Into::into)
                .ok_or_else(|| ErrorData::internal_error("the question could not be put", None))
        }
    }
}

/// The result of a tool that only looks, for what is read without naming it. The same checks are made as for a call.
///
/// # Errors
/// Invalid params for a tool that does not exist.
pub(super) async fn look(
    shared: &Shared,
    caller: &Caller,
    name: &'static str,
    given: JsonObject,
    request: Request,
) -> Result<CallToolResult, ErrorData> {
    answer(shared, caller, name, given, request)
        .await?
        .map_err(|_| ErrorData::internal_error("what only looks asks nobody", None))
}

/// The result, or what is to be put to the person first.
async fn answer(
    shared: &Shared,
    caller: &Caller,
    name: &str,
    mut given: JsonObject,
    request: Request,
) -> Result<Result<CallToolResult, Put>, ErrorData> {
    let (entry, alias) = match shared.registry.find(name, caller) {
        Ok(found) => found,
        Err(Absent::Unknown(nearest)) => return Err(unknown(name, nearest)),
        Err(Absent::WithheldByOperator(name)) => {
            return Ok(Ok(
                Fault::withheld(name, "this server does not offer it").alone()
            ));
        }
        Err(Absent::WithheldByPerson(name)) => {
            let because = match caller.credential {
                Credential::Key(_) => "this key may not use it",
                Credential::Grant { .. } => "the person did not allow it to this client",
                Credential::Machine => "this machine's settings leave it out",
            };
            return Ok(Ok(Fault::withheld(name, because).alone()));
        }
        Err(Absent::WithheldByRequest(name)) => {
            let writes = registry::resolve(name).is_some_and(|tool| tool.writes);
            let because = if request.reading_address && writes {
                "the address that this connection goes to ends in /readonly and only reads"
            } else {
                "the X-MCP headers of this connection leave it out"
            };
            return Ok(Ok(Fault::withheld(name, because).alone()));
        }
    };
    // The edge asks clients to step up by what a request says of itself; this is what it does.
    if !caller.may(entry.spec.scope) {
        return Ok(Ok(Fault::insufficient_scope(
            entry.spec.name,
            entry.spec.scope,
        )
        .alone()));
    }
    let reconnect = Reconnect::of(&shared.deps);
    let notes = alias.map_or_else(Vec::new, |alias| {
        alias.adapt(&mut given, entry.schema(), reconnect)
    });
    let can_ask = !matches!(request.consent, Consent::ByArgument);
    let context = Context::new(shared, caller, entry.spec, request);
    let outcome = run(&context, entry, given).await;
    let (tool, spotify_calls) = (entry.spec.name, context.upstream.calls());
    Ok(Ok(match outcome {
        Ok(answer) => {
            tracing::debug!(tool, spotify_calls, "answered");
            if entry.spec.kind.shown_by().is_none() {
                context.answered();
            }
            answer.noting_all(notes).into_result()
        }
        Err(Fault::AskFirst(question)) if can_ask => return Ok(Err(Put::Question(question))),
        Err(Fault::Visit(visit)) => return Ok(Err(Put::Visit(visit))),
        Err(fault) => {
            let scene = Scene {
                reconnect,
                tool: entry.spec,
                now: shared.deps.clock.now(),
            };
            fault.tell(&scene, spotify_calls, &notes)
        }
    }))
}

async fn run(context: &Context<'_>, entry: &Entry, given: JsonObject) -> Result<Answer, Fault> {
    let checked = entry.check(given)?;
    (entry.spec.run)(context, checked).await
}

fn unknown(name: &str, nearest: Option<&str>) -> ErrorData {
    let name = text::clean(name, text::IN_ERROR);
    let hint = nearest.map_or_else(String::new, |nearest| format!("; did you mean {nearest}?"));
    ErrorData::invalid_params(format!("Unknown tool: {name}{hint}"), None)
}
