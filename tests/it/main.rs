//! The one integration-test binary: stories told through the doors that users have.

mod sandbox;
mod spotify;
