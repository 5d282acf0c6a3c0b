//! Ready-made requests that clients offer as commands, and completions for their arguments. They name tools, and
//! are shown only to callers who have these tools.

use rmcp::{
    ErrorData,
    model::{
        ArgumentInfo, CompletionInfo, GetPromptResult, JsonObject, Prompt, PromptArgument,
        PromptMessage, Reference, Role,
    },
};
use serde_json::{Value, json};

use crate::auth::Caller;

use super::{registry::Registry, text};

/// The most characters of an argument that goes into a prompt.
const ARGUMENT: usize = 200;

/// One prompt.
struct Spec {
    name: &'static str,
    title: &'static str,
    description: &'static str,
    /// Tools that its text names.
    uses: &'static [&'static str],
    arguments: &'static [Argument],
    /// The text; `{name}` stands for an argument.
    template: &'static str,
}

/// One argument of a prompt; all are text, as the protocol has it.
struct Argument {
    name: &'static str,
    description: &'static str,
    /// What it is when left out; without it, it must be given.
    default: Option<&'static str>,
    /// Values worth offering.
    suggestions: &'static [&'static str],
}

static PROMPTS: [Spec; 3] = [
    Spec {
        name: "build_playlist",
        title: "Build a playlist",
        description: "Make a new private playlist for a mood or an occasion",
        uses: &["search", "create_playlist"],
        arguments: &[
            Argument {
                name: "vibe",
                description: "Mood, occasion or style",
                default: None,
                suggestions: &[
                    "calm morning",
                    "dinner with friends",
                    "focus without words",
                    "late night drive",
                    "long run",
                    "rainy sunday",
                ],
            },
            Argument {
                name: "size",
                description: "How many tracks",
                default: Some("20"),
                suggestions: &["10", "20", "30", "50"],
            },
        ],
        template: "Build me a Spotify playlist of about {size} tracks for this: {vibe}. Think of fitting songs first, \
                   look each one up with `search` (query, artist), and take only exact matches in the version I would \
                   expect. Show me the list, then make it with `create_playlist` and give me the link, with what you \
                   could not find.",
    },
    Spec {
        name: "discover_similar",
        title: "Discover similar artists",
        description: "Artists and tracks close to one that you like",
        uses: &["search", "list_library"],
        arguments: &[Argument {
            name: "artist",
            description: "An artist you like",
            default: None,
            suggestions: &[],
        }],
        template: "I like {artist}. Spotify offers no related artists, so name ten artists in their spirit from what \
                   you know, best known last. Check with `search` (types: artist, track) that each is on Spotify, and \
                   with `list_library` that I don't know them already. Give me one track to begin with for each, with \
                   its link.",
    },
    Spec {
        name: "weekly_discovery",
        title: "Weekly discovery",
        description: "New things to hear, starting from what you played lately",
        uses: &["get_recently_played", "search"],
        arguments: &[],
        template: "Read what I played lately with `get_recently_played`. Suggest fifteen tracks that I have probably \
                   not heard: neighbours in style, older roots and new releases. Look each one up with `search` and \
                   list only what is really there, with its link and half a sentence why.",
    },
];

/// The prompts whose tools `caller` has.
pub(crate) fn list(registry: &Registry, caller: &Caller) -> Vec<Prompt> {
    let shown = PROMPTS
        .iter()
        .filter(|prompt| prompt.is_open_to(registry, caller));
    shown.map(Spec::describe).collect()
}

/// The text of one prompt.
///
/// # Errors
/// Invalid params: no such prompt, or a required argument is missing.
pub(crate) fn get(
    registry: &Registry,
    caller: &Caller,
    name: &str,
    given: &JsonObject,
) -> Result<GetPromptResult, ErrorData> {
    let prompt = PROMPTS
        .iter()
        .find(|prompt| prompt.name == name && prompt.is_open_to(registry, caller))
        .ok_or_else(|| {
            let name = text::clean(name, text::IN_ERROR);
            ErrorData::invalid_params(format!("Unknown prompt: {name}"), None)
        })?;
    let mut text = prompt.template.to_owned();
    for argument in prompt.arguments {
        let value = given
            .get(argument.name)
            .and_then(Value::as_str)
            .map(str::trim)
            .filter(|value| !value.is_empty())
            .or(argument.default)
            .ok_or_else(|| {
                let missing = argument.name;
                ErrorData::invalid_params(
                    format!("Missing argument: {missing}"),
                    Some(json!({"argument": missing})),
                )
            })?;
        let placeholder = format!("{{{}}}", argument.name);
        text = text.replace(&placeholder, &text::clean(value, ARGUMENT));
    }
    let message = PromptMessage::new_text(Role::User, text);
    Ok(GetPromptResult::new(vec![message]).with_description(prompt.description))
}

/// Suggestions for what somebody is typing; none for what has none.
pub(crate) fn complete(reference: &Reference, typed: &ArgumentInfo) -> CompletionInfo {
    let Reference::Prompt(reference) = reference else {
        return CompletionInfo::default();
    };
    let prompt = PROMPTS.iter().find(|prompt| prompt.name == reference.name);
    let arguments = prompt.map_or(&[][..], |prompt| prompt.arguments);
    let argument = arguments
        .iter()
        .find(|argument| argument.name == typed.name);
    let start = typed.value.to_lowercase();
    let values = argument
        .into_iter()
        .flat_map(|argument| argument.suggestions)
        .filter(|suggestion| suggestion.starts_with(&start))
        .map(|suggestion| (*suggestion).to_owned())
        .collect();
    CompletionInfo::with_all_values(values).unwrap_or_default()
}

impl Spec {
    fn is_open_to(&self, registry: &Registry, caller: &Caller) -> bool {
        self.uses.iter().all(|tool| registry.shows(tool, caller))
    }

    fn describe(&self) -> Prompt {
        let arguments: Vec<_> = self.arguments.iter().map(Argument::describe).collect();
        let arguments = (!arguments.is_empty()).then_some(arguments);
        Prompt::new(self.name, Some(self.description), arguments).with_title(self.title)
    }
}

impl Argument {
    fn describe(&self) -> PromptArgument {
        PromptArgument::new(self.name)
            .with_description(self.description)
            .with_required(self.default.is_none())
    }
}
