//! `get_top_items`: what the person hears most, exactly as Spotify puts it. Nothing is counted or derived.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::spotify::api::{self, Paging, TimeRange};

use super::{Context, total};
use crate::mcp::{
    answer::{Answer, Page, TEXT_BUDGET},
    fault::Fault,
    view::{self, Detail},
};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Args {
    r#type: Type,
    /// Default `6_months`
    #[serde(default)]
    time_range: Range,
    /// Default 20
    #[schemars(range(min = 1, max = 50))]
    limit: Option<u32>,
    #[schemars(range(min = 0, max = 10_000))]
    offset: Option<u32>,
    #[serde(default)]
    response_format: Detail,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Type {
    Tracks,
    Artists,
}

// Each time under our name and under Spotify's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
enum Range {
    #[serde(rename = "4_weeks")]
    Weeks,
    #[default]
    #[serde(rename = "6_months")]
    Months,
    #[serde(rename = "1_year")]
    Year,
    #[serde(rename = "short_term")]
    Short,
    #[serde(rename = "medium_term")]
    Medium,
    #[serde(rename = "long_term")]
    Long,
}

impl From<Range> for TimeRange {
    fn from(range: Range) -> Self {
        match range {
            Range::Weeks | Range::Short => Self::Short,
            Range::Months | Range::Medium => Self::Medium,
            Range::Year | Range::Long => Self::Long,
        }
    }
}

/// One call.
pub(super) async fn get_top_items(context: &Context<'_>, args: Args) -> Result<Answer, Fault> {
    let (start, limit) = (args.offset.unwrap_or(0), args.limit.unwrap_or(20));
    let (paging, range) = (Paging::new(limit, start), args.time_range.into());
    let (rows, all) = match args.r#type {
        Type::Tracks => {
            let call = api::top_tracks(range, paging);
            let found = context.upstream.send(&call).await?;
            let all = total(&found, start);
            let row = |track| view::track(track, args.response_format);
            (found.items.into_iter().map(row).collect(), all)
        }
        Type::Artists => {
            let call = api::top_artists(range, paging);
            let found = context.upstream.send(&call).await?;
            let all = total(&found, start);
            (found.items.into_iter().map(view::artist).collect(), all)
        }
    };
    let mut page = Page::upto(start.saturating_add(limit), all, rows);
    let mut words = String::new();
    page.write(&mut words, TEXT_BUDGET, start);
    Ok(Answer::new(words, &page))
}
