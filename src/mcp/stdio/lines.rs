//! Lines out of pieces, none longer than is allowed: of one that is, only the id of its message is kept.

use std::io;

use bytes::{Bytes, BytesMut};
use rmcp::model::RequestId;
use tokio::sync::mpsc;

use super::skim::Skim;

/// What some programs put before the first line.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// One line that came in.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// All of it, without its end.
    Whole(Bytes),
    /// It was longer than is allowed.
    TooLong {
        /// The id of the message, where it could be told.
        id: Option<RequestId>,
    },
}

/// Cuts what comes in into lines.
#[derive(Debug)]
pub(super) struct Lines {
    input: mpsc::Receiver<io::Result<Bytes>>,
    longest: usize,
    piece: Bytes,
    begun: BytesMut,
    /// Reads the rest of a line that is too long.
    skim: Option<Skim>,
}

impl Lines {
    pub(super) fn new(input: mpsc::Receiver<io::Result<Bytes>>, longest: usize) -> Self {
        Self {
            input,
            longest,
            piece: Bytes::new(),
            begun: BytesMut::new(),
            skim: None,
        }
    }

    /// The next line that is not blank; `None` at the end. A last one that nobody ended counts if it is whole JSON:
    /// half a message never is.
    pub(super) async fn next(&mut self) -> Option<Line> {
        loop {
            if let Some(end) = self.piece.iter().position(|byte| *byte == b'\n') {
                let rest = self.piece.split_off(end + 1);
                let piece = std::mem::replace(&mut self.piece, rest);
                self.add(&piece[..end]);
                if let Some(line) = self.end() {
                    return Some(line);
                }
                continue;
            }
            let piece = std::mem::take(&mut self.piece);
            self.add(&piece);
            match self.input.recv().await {
                Some(Ok(piece)) => self.piece = piece,
                Some(Err(fault)) => {
                    tracing::warn!(error = %fault, "the input cannot be read");
                    return None;
                }
                None => return self.unended(),
            }
        }
    }

    fn add(&mut self, piece: &[u8]) {
        if let Some(skim) = &mut self.skim {
            skim.read(piece);
        } else if self.begun.len() + piece.len() > self.longest {
            let mut skim = Skim::default();
            skim.read(&std::mem::take(&mut self.begun));
            skim.read(piece);
            self.skim = Some(skim);
        } else {
            self.begun.extend_from_slice(piece);
        }
    }

    fn end(&mut self) -> Option<Line> {
        if let Some(skim) = self.skim.take() {
            return Some(Line::TooLong { id: skim.id() });
        }
        let line = self.begun.split().freeze();
        let line = line
            .strip_prefix(BYTE_ORDER_MARK)
            .map_or_else(|| line.clone(), |rest| line.slice_ref(rest));
        let trimmed = line.trim_ascii();
        (!trimmed.is_empty()).then(|| Line::Whole(line.slice_ref(trimmed)))
    }

    fn unended(&mut self) -> Option<Line> {
        self.skim = None;
        match self.end()? {
            Line::Whole(line) if serde_json::from_slice::<serde::de::IgnoredAny>(&line).is_ok() => {
                Some(Line::Whole(line))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Bytes, Line, Lines, RequestId, mpsc};

    async fn lines_of(pieces: &[&[u8]], longest: usize) -> Vec<Line> {
        let (sender, input) = mpsc::channel(pieces.len().max(1));
        for piece in pieces {
            sender
                .send(Ok(Bytes::copy_from_slice(piece)))
                .await
                .unwrap();
        }
        drop(sender);
        let mut lines = Lines::new(input, longest);
        let mut all = Vec::new();
        while let Some(line) = lines.next().await {
            all.push(line);
        }
        all
    }

    fn whole(text: &'static str) -> Line {
        Line::Whole(Bytes::from_static(text.as_bytes()))
    }

    #[tokio::test]
    async fn lines_come_whole_however_they_are_cut() {
        let text = b"{\"a\":1}\r\n\n  \n{\"b\":2}\n";
        for size in 1..text.len() {
            let pieces: Vec<&[u8]> = text.chunks(size).collect();
            let lines = lines_of(&pieces, 100).await;
            assert_eq!(lines, [whole("{\"a\":1}"), whole("{\"b\":2}")], "{size}");
        }
    }

    #[tokio::test]
    async fn a_byte_order_mark_is_no_part_of_the_first_message() {
        let lines = lines_of(&[b"\xef\xbb\xbf{}\n"], 100).await;
        assert_eq!(lines, [whole("{}")]);
    }

    #[tokio::test]
    async fn a_line_that_is_too_long_leaves_its_id_and_the_next_line() {
        let mut long = b"{\"method\":\"x\",\"params\":{\"id\":9,\"pad\":\"".to_vec();
        long.extend(vec![b'a'; 10_000]);
        long.extend_from_slice(b"\"},\"id\":7}\n{\"next\":true}\n");
        for size in [1, 7, 4_096, long.len()] {
            let pieces: Vec<&[u8]> = long.chunks(size).collect();
            let lines = lines_of(&pieces, 64).await;
            let id = Some(RequestId::Number(7));
            assert_eq!(lines, [Line::TooLong { id }, whole("{\"next\":true}")]);
        }
    }

    #[tokio::test]
    async fn what_the_end_cuts_off_is_no_message() {
        assert_eq!(
            lines_of(&[b"{}\n{\"method\":\"pi"], 100).await,
            [whole("{}")]
        );
        assert_eq!(
            lines_of(&[b"{\"whole\":1}"], 100).await,
            [whole("{\"whole\":1}")]
        );
        assert_eq!(lines_of(&[&[b'a'; 200]], 100).await, []);
        assert_eq!(lines_of(&[], 100).await, []);
    }
}
