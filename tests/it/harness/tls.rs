//! A certificate authority that only the stories trust, and certificates from it.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, LazyLock},
};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, IsCa, KeyPair,
    date_time_ymd,
};
use rustls::{ServerConfig, crypto::ring, pki_types::pem::PemObject};

/// One for the whole run: every client of the harness trusts it.
static AUTHORITY: LazyLock<Authority> = LazyLock::new(|| Authority::new("auxcord's stories"));

/// Who signs.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate with its key, both in PEM.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// The certificate.
    pub cert: String,
    /// Its private key.
    pub key: String,
}

impl Authority {
    /// One that nobody trusts yet.
    pub fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name = named(name);
        let key = KeyPair::generate().unwrap();
        Self(CertifiedIssuer::self_signed(params, key).unwrap())
    }

    /// The one that every client of the harness trusts.
    pub fn of_the_stories() -> &'static Self {
        &AUTHORITY
    }

    /// Its own certificate in PEM, as `OAUTH_EXTRA_CA_FILE` takes it.
    pub fn pem(&self) -> String {
        self.0.pem()
    }

    /// A certificate for these names and addresses.
    pub fn certify(&self, names: &[&str]) -> Certificate {
        self.signed(names, |_params| {})
    }

    /// The same, over since long ago.
    pub fn certify_expired(&self, names: &[&str]) -> Certificate {
        self.signed(names, |params| {
            params.not_before = date_time_ymd(2020, 1, 1);
            params.not_after = date_time_ymd(2021, 1, 1);
        })
    }

    fn signed(&self, names: &[&str], special: impl FnOnce(&mut CertificateParams)) -> Certificate {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        special(&mut params);
        params.distinguished_name = named("a server");
        let key = KeyPair::generate().unwrap();
        let cert = params.signed_by(&key, &self.0).unwrap();
        Certificate {
            cert: cert.pem(),
            key: key.serialize_pem(),
        }
    }
}

impl Certificate {
    /// For a server on loopback, from the authority that every client of the harness trusts.
    pub fn for_loopback() -> Self {
        Authority::of_the_stories().certify(&["127.0.0.1", "::1", "localhost"])
    }

    /// Writes it into `folder`; the variables that name the files.
    pub fn written(&self, folder: &Path) -> BTreeMap<String, String> {
        let files = [
            ("TLS_CERT", "tls-cert.pem", &self.cert),
            ("TLS_KEY", "tls-key.pem", &self.key),
        ];
        files
            .map(|(variable, name, text)| {
                let path = folder.join(name);
                std::fs::write(&path, text).unwrap();
                (variable.to_owned(), path.display().to_string())
            })
            .into()
    }

    /// For a server of a story's own.
    pub fn server_config(&self) -> Arc<ServerConfig> {
        let chain = rustls::pki_types::CertificateDer::from_pem_slice(self.cert.as_bytes());
        let key = rustls::pki_types::PrivateKeyDer::from_pem_slice(self.key.as_bytes());
        let provider = Arc::new(ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![chain.unwrap()], key.unwrap());
        Arc::new(config.unwrap())
    }
}

fn named(name: &str) -> DistinguishedName {
    let mut names = DistinguishedName::new();
    names.push(DnType::CommonName, name);
    names
}
