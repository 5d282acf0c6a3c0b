//! The certificate that the listener shows: read once, at start, and refused there if it cannot work.

use std::{
    fmt, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{
        CertificateDer, PrivateKeyDer,
        pem::{self, PemObject},
    },
};
use tokio_rustls::TlsAcceptor;

/// What the listener speaks inside (RFC 7301).
const ALPN: &[u8] = b"http/1.1";

/// A certificate with its key, ready for handshakes. Cloning is cheap.
#[derive(Clone)]
pub struct Tls(TlsAcceptor);

/// Why https cannot be spoken.
#[derive(Debug, thiserror::Error)]
pub enum TlsFault {
    /// A file cannot be read.
    #[error("{path} cannot be read: {source}")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A file is not what it should be.
    #[error("{path} holds no {wanted} in PEM")]
    NotPem {
        /// Which file.
        path: PathBuf,
        /// What should be in it.
        wanted: &'static str,
    },
    /// The certificate and the key do not work, or not together.
    #[error("the certificate and the key cannot be used: {0}")]
    Unusable(#[source] rustls::Error),
}

impl Tls {
    /// Reads the PEM files of the certificate, with those between it and the root, and of its private key.
    ///
    /// # Errors
    /// [`TlsFault`]
    pub fn read(cert: &Path, key: &Path) -> Result<Self, TlsFault> {
        let chain = CertificateDer::pem_file_iter(cert)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|fault| unread(cert, fault, "certificate"))?;
        if chain.is_empty() {
            return Err(unread(cert, pem::Error::NoItemsFound, "certificate"));
        }
        let key = PrivateKeyDer::from_pem_file(key)
            .map_err(|fault| unread(key, fault, "unencrypted private key"))?;
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(TlsFault::Unusable)?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(TlsFault::Unusable)?;
        config.alpn_protocols = vec![ALPN.to_vec()];
        Ok(Self(TlsAcceptor::from(Arc::new(config))))
    }

    pub(super) fn acceptor(&self) -> &TlsAcceptor {
        &self.0
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}

/// The library's own words may quote the file, which may hold a key.
fn unread(path: &Path, fault: pem::Error, wanted: &'static str) -> TlsFault {
    let path = path.to_owned();
    match fault {
        pem::Error::Io(source) => TlsFault::Unreadable { path, source },
        _ => TlsFault::NotPem { path, wanted },
    }
}
