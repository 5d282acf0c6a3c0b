//! Standard input and output as channels. A thread each: a read that nobody answers must not keep the process from
//! ending, and a client that does not read must not keep anything but its own answers waiting.

use std::{
    io::{self, BufRead, Read, Write},
    thread,
    time::Duration,
};

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

/// Bytes that are read at once.
const PIECE: usize = 64 * 1024;
/// Pieces and answers that wait at most.
const WAITING: usize = 16;
/// How long the last answers may take to be read.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// The longest line that somebody types or pastes, in bytes.
const LONGEST_TYPED: u64 = 16 * 1024;

/// Standard input and output.
#[derive(Debug)]
pub struct Pipes {
    /// What comes in.
    pub input: mpsc::Receiver<io::Result<Bytes>>,
    /// What goes out, written and flushed piece by piece.
    pub output: mpsc::Sender<Bytes>,
    written: oneshot::Receiver<()>,
}

impl Pipes {
    /// The two ends, and what waits until everything that was sent is written, if anybody reads it.
    pub fn split(
        self,
    ) -> (
        mpsc::Receiver<io::Result<Bytes>>,
        mpsc::Sender<Bytes>,
        impl Future<Output = ()>,
    ) {
        let written = self.written;
        let end = async move {
            let _ = tokio::time::timeout(LAST_WORDS, written).await;
        };
        (self.input, self.output, end)
    }
}

/// The process's own. `broken` is cancelled when nobody reads the output any more.
pub fn standard(broken: CancellationToken) -> Pipes {
    let (incoming, input) = mpsc::channel(WAITING);
    thread::spawn(move || read(&incoming));
    let (output, outgoing) = mpsc::channel(WAITING);
    let (done, written) = oneshot::channel();
    thread::spawn(move || {
        if write(outgoing).is_err() {
            broken.cancel();
        }
        let _ = done.send(());
    });
    Pipes {
        input,
        output,
        written,
    }
}

/// The lines that somebody types or pastes, until they end their input.
pub fn typed() -> mpsc::Receiver<String> {
    let (lines, typed) = mpsc::channel(1);
    thread::spawn(move || {
        let mut input = io::stdin().lock();
        loop {
            let mut line = String::new();
            match input.by_ref().take(LONGEST_TYPED).read_line(&mut line) {
                Ok(1..) if lines.blocking_send(line).is_ok() => {}
                _ => return,
            }
        }
    });
    typed
}

fn read(incoming: &mpsc::Sender<io::Result<Bytes>>) {
    let mut input = io::stdin().lock();
    let mut piece = vec![0; PIECE];
    loop {
        let came = match input.read(&mut piece) {
            Ok(0) => return,
            Ok(length) => Ok(Bytes::copy_from_slice(&piece[..length])),
            Err(fault) if fault.kind() == io::ErrorKind::Interrupted => continue,
            Err(fault) => Err(fault),
        };
        let is_end = came.is_err();
        if incoming.blocking_send(came).is_err() || is_end {
            return;
        }
    }
}

fn write(mut outgoing: mpsc::Receiver<Bytes>) -> io::Result<()> {
    let mut output = io::stdout().lock();
    while let Some(line) = outgoing.blocking_recv() {
        output.write_all(&line)?;
        output.flush()?;
    }
    Ok(())
}
