//! Reads an answer's body up to a cap. Knows nothing of what is in it.

use bytes::{Bytes, BytesMut};

/// Why there is no whole body.
#[derive(Debug)]
pub(super) enum BodyFault {
    /// It is longer than the cap; the rest was not read.
    TooLong,
    /// The connection broke.
    Broken(reqwest::Error),
}

/// The whole body, at most `cap` bytes of it held in memory. A body that came in one piece is not copied.
pub(super) async fn collect(
    mut response: reqwest::Response,
    cap: usize,
) -> Result<Bytes, BodyFault> {
    let announced = response
        .content_length()
        .map(|length| usize::try_from(length).unwrap_or(usize::MAX));
    if announced.is_some_and(|length| length > cap) {
        return Err(BodyFault::TooLong);
    }
    let Some(first) = next(&mut response, cap).await? else {
        return Ok(Bytes::new());
    };
    let Some(second) = next(&mut response, cap - first.len()).await? else {
        return Ok(first);
    };
    let mut whole = BytesMut::with_capacity(announced.unwrap_or(first.len() + second.len()));
    whole.extend_from_slice(&first);
    whole.extend_from_slice(&second);
    while let Some(chunk) = next(&mut response, cap - whole.len()).await? {
        whole.extend_from_slice(&chunk);
    }
    Ok(whole.freeze())
}

/// The next piece, if it is no longer than what is left of the cap.
async fn next(response: &mut reqwest::Response, left: usize) -> Result<Option<Bytes>, BodyFault> {
    match response.chunk().await.map_err(BodyFault::Broken)? {
        Some(chunk) if chunk.len() > left => Err(BodyFault::TooLong),
        chunk => Ok(chunk),
    }
}
