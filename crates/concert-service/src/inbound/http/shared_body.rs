use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use actix_web::web::Bytes;

/// What the server copies for one reader at a time: however slow one is, no more than this and the server's own
/// 32 KiB wait for it.
const SLICE_BYTES: usize = 64 << 10;

/// Bytes that many answers share.
pub struct SharedBody(pub Bytes);

impl MessageBody for SharedBody {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Sized(u64::try_from(self.0.len()).unwrap_or(u64::MAX))
    }

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Infallible>>> {
        Poll::Ready(next_slice(&mut self.0).map(Ok))
    }
}

/// Takes the next slice off, without a copy.
pub fn next_slice(bytes: &mut Bytes) -> Option<Bytes> {
    (!bytes.is_empty()).then(|| bytes.split_to(bytes.len().min(SLICE_BYTES)))
}
