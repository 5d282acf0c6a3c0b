//! The text of `/privacy` and `/terms`: ours, or what the operator wrote instead, as plain text.

/// A plain text as the parts of a page. Markup in it is shown as it stands, never run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prose(Vec<Block>);

/// One part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Block {
    /// A line that began with `# `.
    Heading(String),
    /// The lines up to a blank one.
    Paragraph(String),
}

impl Prose {
    /// Reads a text: a blank line ends a paragraph, a line that begins with `# ` is a heading.
    pub fn parse(text: &str) -> Self {
        let mut blocks = Vec::new();
        let mut lines: Vec<&str> = Vec::new();
        for line in text.trim_start_matches('\u{feff}').lines().map(str::trim) {
            let heading = line.strip_prefix("# ");
            if line.is_empty() || heading.is_some() {
                blocks.extend(paragraph(&mut lines));
            }
            match heading {
                Some(heading) => blocks.push(Block::Heading(heading.trim().to_owned())),
                None if line.is_empty() => {}
                None => lines.push(line),
            }
        }
        blocks.extend(paragraph(&mut lines));
        Self(blocks)
    }

    /// The parts in their order.
    pub(super) fn blocks(&self) -> &[Block] {
        &self.0
    }
}

/// What the operator wrote instead of our own texts.
#[derive(Clone, Debug, Default)]
pub struct Notices {
    /// Instead of `/privacy`.
    pub privacy: Option<Prose>,
    /// Instead of `/terms`.
    pub terms: Option<Prose>,
}

fn paragraph(lines: &mut Vec<&str>) -> Option<Block> {
    let text = lines.join("\n");
    lines.clear();
    (!text.is_empty()).then_some(Block::Paragraph(text))
}
