//! Ready-made requests that clients offer as commands. They name tools, and are shown only to callers who have these
//! tools.

use rmcp::{
    ErrorData,
    model::{GetPromptResult, JsonObject, Prompt, PromptArgument, PromptMessage, Role},
};
use serde_json::{Value, json};

use super::{completions::Own, registry::Seen, text};

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
    presence: Presence,
    suggestions: Suggestions,
}

/// Whether an argument must be given.
#[derive(Clone, Copy, Debug)]
enum Presence {
    /// It must.
    Required,
    /// It is this when left out.
    Default(&'static str),
    /// Given, it adds words to the text, which name a tool.
    Adds {
        words: &'static str,
        uses: &'static str,
    },
}

/// Values worth offering for an argument.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Suggestions {
    /// These.
    Fixed(&'static [&'static str]),
    /// Names of the person's own things.
    Own(Own),
}

static PROMPTS: [Spec; 3] = [
    Spec {
        name: "build_playlist",
        title: "Build a playlist",
        description: "Make a new private playlist for a mood or an occasion",
        uses: &["resolve_tracks", "create_playlist"],
        arguments: &[
            Argument {
                name: "vibe",
                description: "Mood, occasion or style",
                presence: Presence::Required,
                suggestions: Suggestions::Fixed(&[
                    "calm morning",
                    "dinner with friends",
                    "focus without words",
                    "late night drive",
                    "long run",
                    "rainy sunday",
                ]),
            },
            Argument {
                name: "size",
                description: "How many tracks",
                presence: Presence::Default("20"),
                suggestions: Suggestions::Fixed(&["10", "20", "30", "50"]),
            },
            Argument {
                name: "device",
                description: "Where to play it once it is made",
                presence: Presence::Adds {
                    words: " Then play it on {device} with `play`.",
                    uses: "play",
                },
                suggestions: Suggestions::Own(Own::Devices),
            },
        ],
        template: "Build me a Spotify playlist of about {size} tracks for this: {vibe}. Think of fitting songs first, \
                   look them up with `resolve_tracks` (title and artist, 50 in one call), and take only exact matches \
                   in the version I would expect. Show me the list, then make it from their links with \
                   `create_playlist` and give me its link, with what you could not find.",
    },
    Spec {
        name: "discover_similar",
        title: "Discover similar artists",
        description: "Artists and tracks close to one that you like",
        uses: &["search", "check_library", "get_top_items"],
        arguments: &[Argument {
            name: "artist",
            description: "An artist you like",
            presence: Presence::Required,
            suggestions: Suggestions::Own(Own::Artists),
        }],
        template: "I like {artist}. Spotify offers no related artists, so name ten artists in their spirit from what \
                   you know, best known last. Leave out those whom I hear most already (`get_top_items`, type \
                   artists). Check with `search` (types: artist, track) that each is on Spotify, and with one \
                   `check_library` call for all that I do not follow them. Give me one track to begin with for each, \
                   with its link.",
    },
    Spec {
        name: "weekly_discovery",
        title: "Weekly discovery",
        description: "New things to hear, starting from what you played lately",
        uses: &["get_recently_played", "get_top_items", "resolve_tracks"],
        arguments: &[
            Argument {
                name: "playlist",
                description: "A playlist of yours for what you choose",
                presence: Presence::Adds {
                    words: " Ask me which I want, and add those to my playlist {playlist} with `add_to_playlist`.",
                    uses: "add_to_playlist",
                },
                suggestions: Suggestions::Own(Own::Playlists),
            },
            Argument {
                name: "show",
                description: "A saved podcast to look into as well",
                presence: Presence::Adds {
                    words: " Also tell me the newest episodes of {show} that I have not heard (`list_show_episodes`, \
                            unplayed_only).",
                    uses: "list_show_episodes",
                },
                suggestions: Suggestions::Own(Own::Shows),
            },
        ],
        template: "Read what I played lately with `get_recently_played`, and what I hear most these weeks with \
                   `get_top_items` (type tracks, time_range 4_weeks). Suggest fifteen tracks that I have probably not \
                   heard: neighbours in style, older roots and new releases. Look them up with one `resolve_tracks` \
                   call (check_saved), leave out what I have saved, and list only what is really there, with its link \
                   and half a sentence why.",
    },
];

/// The prompts whose tools are seen.
pub(crate) fn list(seen: &Seen<'_>) -> Vec<Prompt> {
    let shown = PROMPTS.iter().filter(|prompt| prompt.is_open_to(seen));
    shown.map(|prompt| prompt.describe(seen)).collect()
}

/// The text of one prompt.
///
/// # Errors
/// Invalid params: no such prompt, or a required argument is missing.
pub(crate) fn get(
    seen: &Seen<'_>,
    name: &str,
    given: &JsonObject,
) -> Result<GetPromptResult, ErrorData> {
    let prompt = find(seen, name).ok_or_else(|| {
        let name = text::clean(name, text::IN_ERROR);
        ErrorData::invalid_params(format!("Unknown prompt: {name}"), None)
    })?;
    let mut template = prompt.template.to_owned();
    let mut values = Vec::new();
    for argument in prompt.arguments_for(seen) {
        let value = given
            .get(argument.name)
            .and_then(Value::as_str)
            .map(str::trim)
            .filter(|value| !value.is_empty());
        let value = match (value, argument.presence) {
            (Some(value), Presence::Adds { words, .. }) => {
                template.push_str(words);
                value
            }
            (Some(value), _) | (None, Presence::Default(value)) => value,
            (None, Presence::Adds { .. }) => continue,
            (None, Presence::Required) => {
                let missing = argument.name;
                return Err(ErrorData::invalid_params(
                    format!("Missing argument: {missing}"),
                    Some(json!({"argument": missing})),
                ));
            }
        };
        values.push((argument.name, text::clean(value, ARGUMENT)));
    }
    let message = PromptMessage::new_text(Role::User, filled(&template, &values));
    Ok(GetPromptResult::new(vec![message]).with_description(prompt.description))
}

/// Values worth offering for an argument of a prompt that is seen.
pub(crate) fn suggestions(seen: &Seen<'_>, prompt: &str, argument: &str) -> Suggestions {
    let prompt = find(seen, prompt);
    let argument = prompt.and_then(|prompt| {
        let mut shown = prompt.arguments_for(seen);
        shown.find(|one| one.name == argument)
    });
    argument.map_or(Suggestions::Fixed(&[]), |argument| argument.suggestions)
}

fn find(seen: &Seen<'_>, name: &str) -> Option<&'static Spec> {
    PROMPTS
        .iter()
        .find(|prompt| prompt.name == name && prompt.is_open_to(seen))
}

/// The template with its values, in one pass: what somebody typed is never taken for a place to fill.
fn filled(template: &str, values: &[(&str, impl AsRef<str>)]) -> String {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let (name, behind) = after.split_once('}').unwrap_or((after, ""));
        let value = values.iter().find(|(known, _)| *known == name);
        text.push_str(value.map_or("", |(_, value)| value.as_ref()));
        rest = behind;
    }
    text.push_str(rest);
    text
}

impl Spec {
    fn is_open_to(&self, seen: &Seen<'_>) -> bool {
        self.uses.iter().all(|tool| seen.shows(tool))
    }

    /// The arguments, without those whose tool is not seen.
    fn arguments_for(&self, seen: &Seen<'_>) -> impl Iterator<Item = &'static Argument> {
        self.arguments
            .iter()
            .filter(move |argument| match argument.presence {
                Presence::Adds { uses, .. } => seen.shows(uses),
                Presence::Required | Presence::Default(_) => true,
            })
    }

    fn describe(&self, seen: &Seen<'_>) -> Prompt {
        let arguments = self.arguments_for(seen);
        let arguments: Vec<_> = arguments.map(Argument::describe).collect();
        let arguments = (!arguments.is_empty()).then_some(arguments);
        Prompt::new(self.name, Some(self.description), arguments).with_title(self.title)
    }
}

impl Argument {
    fn describe(&self) -> PromptArgument {
        PromptArgument::new(self.name)
            .with_description(self.description)
            .with_required(matches!(self.presence, Presence::Required))
    }
}
