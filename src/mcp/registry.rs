//! What this server offers: the table of tools narrowed by the operator, compiled once, and narrowed again for each
//! caller. Knows no tool's work.

use std::{collections::HashMap, sync::Arc};

use futures::future::BoxFuture;
use jsonschema::Validator;
use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use serde_json::Value;

use crate::{
    auth::{Caller, KeyLimits, Needed, Scope, Scopes, Toolset},
    link::SpotifyScopes,
};

use super::{
    aliases::{self, Alias},
    answer::Answer,
    arguments,
    fault::Fault,
    lacking::Lacking,
    schema,
    tools::{self, Context},
};

/// One row of the table of tools.
pub(crate) struct Spec {
    /// The name on the wire: `snake_case`, verb first.
    pub(crate) name: &'static str,
    /// The name for people.
    pub(crate) title: &'static str,
    /// What comes back, and what else to use.
    pub(crate) description: &'static str,
    /// What it does to the person's things.
    pub(crate) kind: Kind,
    /// The group that it is switched with.
    pub(crate) toolset: Toolset,
    /// auxcord's scope.
    pub(crate) scope: Scope,
    /// Spotify's scopes; all are needed.
    pub(crate) spotify: &'static [&'static str],
    /// Its parameters.
    pub(crate) input: fn() -> JsonObject,
    /// The shape of its structured answer.
    pub(crate) output: fn() -> JsonObject,
    /// Does it, with arguments that were checked against `input`.
    pub(crate) run: Run,
}

/// A tool at work.
pub(crate) type Run = for<'a> fn(&'a Context<'a>, Value) -> BoxFuture<'a, Result<Answer, Fault>>;

/// What a tool does to the person's things. The annotations of the protocol follow from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Looks at the person's own things.
    Read,
    /// Looks at Spotify's whole catalogue.
    ReadCatalogue,
    /// Adds or moves something; doing it twice does it twice.
    Add {
        /// The tool that shows whether it was done.
        shown_by: &'static str,
    },
    /// Brings something into a state; doing it twice changes nothing more, and nothing is lost.
    Set {
        /// The tool that shows whether it was done.
        shown_by: &'static str,
    },
    /// Takes something away that the person may miss.
    Destroy {
        /// The tool that shows whether it was done.
        shown_by: &'static str,
    },
}

impl Kind {
    fn annotations(self) -> ToolAnnotations {
        let (read_only, idempotent, open_world) = match self {
            Self::Read => (true, true, false),
            Self::ReadCatalogue => (true, true, true),
            Self::Add { .. } | Self::Destroy { .. } => (false, false, false),
            Self::Set { .. } => (false, true, false),
        };
        ToolAnnotations::new()
            .read_only(read_only)
            .destructive(matches!(self, Self::Destroy { .. }))
            .idempotent(idempotent)
            .open_world(open_world)
    }

    fn writes(self) -> bool {
        self.shown_by().is_some()
    }

    /// The tool that shows whether a change was made; `None` for what changes nothing.
    pub(crate) fn shown_by(self) -> Option<&'static str> {
        match self {
            Self::Read | Self::ReadCatalogue => None,
            Self::Add { shown_by } | Self::Set { shown_by } | Self::Destroy { shown_by } => {
                Some(shown_by)
            }
        }
    }
}

/// What the operator offers at most; requests can only narrow it.
#[derive(Clone, Debug)]
pub struct Offer {
    /// The toolsets that are on.
    pub toolsets: Vec<Toolset>,
    /// If not empty, only these tools, whatever their toolset.
    pub tools: Vec<String>,
    /// Tools that are off, whatever else says they are on.
    pub exclude_tools: Vec<String>,
    /// No tool that writes.
    pub read_only: bool,
}

impl Default for Offer {
    fn default() -> Self {
        Self {
            toolsets: vec![Toolset::Core, Toolset::Spoken],
            tools: Vec::new(),
            exclude_tools: Vec::new(),
            read_only: false,
        }
    }
}

impl Offer {
    fn holds(&self, spec: &Spec, connects: bool) -> bool {
        let named = |list: &[String]| list.iter().any(|name| spec.is_called(name));
        // Where there is no page, it is the only way in, and it writes nothing at Spotify.
        if spec.toolset == Toolset::Connect {
            return connects && !named(&self.exclude_tools);
        }
        let chosen = if self.tools.is_empty() {
            self.toolsets.contains(&spec.toolset)
        } else {
            named(&self.tools)
        };
        chosen && !named(&self.exclude_tools) && !(self.read_only && spec.kind.writes())
    }
}

/// What others may know about a tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ToolInfo {
    /// Its name today, also when an old one was asked for.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// The scope that a caller needs.
    pub scope: Scope,
    /// The group that it is switched with.
    pub toolset: Toolset,
    /// Whether it changes anything.
    pub writes: bool,
}

/// The tool of that name or old name, if there is one, whether or not this server offers it.
pub fn resolve(name: &str) -> Option<ToolInfo> {
    find(name).map(|(spec, _)| spec.info())
}

/// What `offer` leaves where people connect at a page, in the order in which clients see it.
pub fn offered(offer: &Offer) -> impl Iterator<Item = ToolInfo> {
    // The door asks, which there is only where no tool connects an account.
    tools::table()
        .filter(|spec| offer.holds(spec, false))
        .map(Spec::info)
}

/// Today's name of the tool of that name or old name.
///
/// # Errors
/// The name that was probably meant, if any is near.
pub fn tool_named(name: &str) -> Result<&'static str, Option<&'static str>> {
    find(name).map(|(spec, _)| spec.name).ok_or_else(|| {
        let today = tools::table().map(|spec| spec.name);
        arguments::nearest(name, today.chain(aliases::old_names()))
    })
}

fn find(name: &str) -> Option<(&'static Spec, Option<&'static Alias>)> {
    let by_name = |name: &str| tools::table().find(|spec| spec.name == name);
    match aliases::find(name) {
        Some(alias) => by_name(alias.target).map(|spec| (spec, Some(alias))),
        None => by_name(name).map(|spec| (spec, None)),
    }
}

impl Spec {
    fn info(&self) -> ToolInfo {
        ToolInfo {
            name: self.name,
            title: self.title,
            scope: self.scope,
            toolset: self.toolset,
            writes: self.kind.writes(),
        }
    }

    /// Whether `name` is this tool's, today's or an old one.
    fn is_called(&self, name: &str) -> bool {
        self.name == name || aliases::find(name).is_some_and(|alias| alias.target == self.name)
    }
}

/// The tools that this server offers, in the order of the table.
pub(crate) struct Registry {
    offered: Vec<Entry>,
    by_name: HashMap<&'static str, usize>,
    /// Whether people connect by a tool.
    connects: bool,
}

/// One offered tool, ready for use.
pub(crate) struct Entry {
    /// Its row.
    pub(crate) spec: &'static Spec,
    schema: JsonObject,
    tool: Tool,
    validator: Validator,
}

impl Registry {
    /// Compiles what `offer` leaves; `connects` tells whether people connect by a tool.
    pub(crate) fn new(offer: &Offer, connects: bool) -> Self {
        let offered: Vec<Entry> = tools::table()
            .filter(|spec| offer.holds(spec, connects))
            .map(Entry::new)
            .collect();
        let by_name = offered
            .iter()
            .enumerate()
            .map(|(at, entry)| (entry.spec.name, at))
            .collect();
        Self {
            offered,
            by_name,
            connects,
        }
    }

    /// The row and the alias of a name, as it is meant here.
    fn meant(&self, name: &str) -> Option<(&'static Spec, Option<&'static Alias>)> {
        let alias = aliases::find_without_page(name).filter(|_| self.connects);
        match alias {
            Some(alias) => find(alias.target).map(|(spec, _)| (spec, Some(alias))),
            None => find(name),
        }
    }

    /// How many tools are offered.
    pub(crate) fn len(&self) -> usize {
        self.offered.len()
    }

    /// The tool at that place of the table.
    pub(crate) fn at(&self, place: usize) -> Option<&Entry> {
        self.offered.get(place)
    }

    /// What `caller` sees, whose link has the permissions `granted`, where that is known.
    pub(crate) fn seen_by<'a>(
        &'a self,
        caller: &'a Caller,
        granted: Option<SpotifyScopes>,
    ) -> Seen<'a> {
        Seen {
            registry: self,
            caller,
            granted,
        }
    }

    /// Whether the tool of today's name `name` is left for `caller`.
    fn leaves(&self, name: &str, caller: &Caller) -> bool {
        self.by_name
            .get(name)
            .is_some_and(|at| self.offered[*at].is_open_to(caller))
    }

    /// The scopes of the operation `method` on `name`: without which it is not done, and all that it makes use of. A
    /// tool that `caller` does not see needs none: no scope would help.
    pub(crate) fn needed(
        &self,
        caller: &Caller,
        method: &str,
        name: Option<&str>,
    ) -> Option<Needed> {
        let reading = Scopes::read_only();
        match method {
            "tools/call" => {
                let (spec, _) = self.meant(name?)?;
                let own = Scopes::from_iter([spec.scope]);
                self.leaves(spec.name, caller).then(|| Needed {
                    required: own,
                    whole: reading.union(own),
                })
            }
            "resources/read" | "prompts/get" | "completion/complete" => Some(Needed {
                required: reading,
                whole: reading,
            }),
            _ => None,
        }
    }

    /// The tool for a call by name or old name.
    ///
    /// # Errors
    /// [`Absent`]: there is no such tool, or it was withheld.
    pub(crate) fn find(
        &self,
        name: &str,
        caller: &Caller,
    ) -> Result<(&Entry, Option<&'static Alias>), Absent> {
        let (spec, alias) = self.meant(name).ok_or_else(|| {
            let known = self.offered.iter().filter(|entry| entry.is_open_to(caller));
            Absent::Unknown(arguments::nearest(name, known.map(|entry| entry.spec.name)))
        })?;
        let entry = self.by_name.get(spec.name).map(|at| &self.offered[*at]);
        match entry {
            Some(entry) => entry.withheld_from(caller).map_or(Ok((entry, alias)), Err),
            None => Err(Absent::WithheldByOperator(spec.name)),
        }
    }
}

/// What one caller sees.
pub(crate) struct Seen<'a> {
    registry: &'a Registry,
    caller: &'a Caller,
    granted: Option<SpotifyScopes>,
}

impl Seen<'_> {
    /// The tools, in the order of the table.
    pub(crate) fn list(&self) -> Vec<Tool> {
        let offered = self.registry.offered.iter();
        let visible = offered.filter(|entry| self.holds(entry));
        visible.map(|entry| entry.tool.clone()).collect()
    }

    /// Whether the tool of today's name `name` is among them.
    pub(crate) fn shows(&self, name: &str) -> bool {
        let at = self.registry.by_name.get(name);
        at.is_some_and(|at| self.holds(&self.registry.offered[*at]))
    }

    /// What is not among them because the person did not permit it at Spotify.
    pub(crate) fn lacking(&self) -> Lacking {
        let mut lacking = Lacking::default();
        for entry in &self.registry.offered {
            if entry.is_open_to(self.caller) && !self.holds(entry) {
                lacking.tools.push(entry.spec.name);
                for permission in entry.missing(self.granted.as_ref()) {
                    if !lacking.permissions.contains(&permission) {
                        lacking.permissions.push(permission);
                    }
                }
            }
        }
        lacking
    }

    fn holds(&self, entry: &Entry) -> bool {
        entry.is_open_to(self.caller) && !entry.is_hidden_by(self.caller, self.granted.as_ref())
    }
}

/// Why a tool cannot be called.
#[derive(Debug)]
pub(crate) enum Absent {
    /// There is none of that name; perhaps this one was meant.
    Unknown(Option<&'static str>),
    /// The operator switched it off.
    WithheldByOperator(&'static str),
    /// The credential was limited.
    WithheldByPerson(&'static str),
    /// The request itself does without.
    WithheldByRequest(&'static str),
}

impl Entry {
    fn new(spec: &'static Spec) -> Self {
        let schema = (spec.input)();
        let validator = jsonschema::validator_for(&Value::Object(schema.clone()))
            .expect("input schemas come from types, and a test compiles each of them");
        let shown = Arc::new(schema::shown(&schema));
        let tool = Tool::new(spec.name, spec.description, shown)
            .with_title(spec.title)
            .with_raw_output_schema(Arc::new((spec.output)()))
            .with_annotations(spec.kind.annotations());
        Self {
            spec,
            schema,
            tool,
            validator,
        }
    }

    /// The declared parameters.
    pub(crate) fn schema(&self) -> &JsonObject {
        &self.schema
    }

    /// The arguments of a call, checked.
    ///
    /// # Errors
    /// `invalid_argument`, with every problem in words.
    pub(crate) fn check(&self, given: JsonObject) -> Result<Value, Fault> {
        arguments::check(given, self.schema(), &self.validator)
    }

    fn is_open_to(&self, caller: &Caller) -> bool {
        self.withheld_from(caller).is_none()
    }

    fn withheld_from(&self, caller: &Caller) -> Option<Absent> {
        let spec = self.spec;
        let left = |limits: &KeyLimits| {
            limits.leave(
                |name| spec.is_called(name),
                spec.toolset,
                spec.kind.writes(),
            )
        };
        if !left(&caller.limits) {
            Some(Absent::WithheldByPerson(spec.name))
        } else if !left(&caller.asked) || !left(&caller.stream) {
            Some(Absent::WithheldByRequest(spec.name))
        } else if !caller.sees(spec.scope) {
            Some(Absent::WithheldByPerson(spec.name))
        } else {
            None
        }
    }

    /// Whether a link with these permissions cannot do it. What the client could still ask for is shown: asking brings
    /// the permission along. Without a link that works nothing is hidden: connecting brings all.
    fn is_hidden_by(&self, caller: &Caller, granted: Option<&SpotifyScopes>) -> bool {
        caller.may(self.spec.scope) && self.missing(granted).next().is_some()
    }

    fn missing<'a>(
        &self,
        granted: Option<&'a SpotifyScopes>,
    ) -> impl Iterator<Item = &'static str> + use<'a> {
        let lacks = move |permission: &&'static str| {
            granted.is_some_and(|granted| !granted.iter().any(|held| **held == **permission))
        };
        self.spec.spotify.iter().copied().filter(lacks)
    }
}
