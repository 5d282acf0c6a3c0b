//! Names to addresses, once for each connection, and the look at every one of them before any is used.

use std::{collections::BTreeMap, io, net::SocketAddr, sync::Arc};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::{address::is_public, host::Reach};

/// Who turns names into addresses.
#[derive(Clone, Debug, Default)]
pub enum Resolver {
    /// The machine's resolver.
    #[default]
    System,
    /// These names and no others. A port of 0 is replaced by the address's own.
    Fixed(Arc<BTreeMap<String, Vec<SocketAddr>>>),
}

impl Resolver {
    async fn look_up(&self, name: &str) -> io::Result<Vec<SocketAddr>> {
        match self {
            Self::System => Ok(tokio::net::lookup_host((name, 0)).await?.collect()),
            Self::Fixed(names) => names
                .get(name)
                .cloned()
                .ok_or_else(|| io::Error::from(io::ErrorKind::NotFound)),
        }
    }
}

/// One of a name's addresses is not public, so none of them is used.
#[derive(Debug, thiserror::Error)]
#[error("the name has an address that is not public")]
pub(super) struct NotPublic;

/// The resolver of a client: what it hands out is all that the client may connect to.
#[derive(Debug)]
pub(super) struct Guard {
    pub(super) resolver: Resolver,
    pub(super) reach: Reach,
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let (resolver, reach) = (self.resolver.clone(), self.reach);
        Box::pin(async move {
            let found = resolver.look_up(name.as_str()).await?;
            let all_public = found.iter().all(|address| is_public(address.ip()));
            if reach == Reach::Public && !all_public {
                return Err(NotPublic.into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}
